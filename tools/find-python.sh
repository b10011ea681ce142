# Sourced by ./run and ./test: sets `python` to a Python that is new enough, or says how to get one and stops.
# KEEPWELL_PYTHON names one by hand.

find_python() {
    for python in "${KEEPWELL_PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python; do
        [ -n "$python" ] || continue
        # ensurepip: Debian and Ubuntu split it off, and without it no environment can be made.
        if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            return 0
        fi
    done
    found=$(python3 --version 2>/dev/null || echo "no Python 3")
    cat >&2 <<MESSAGE
Keepwell needs Python 3.11 or newer, with its venv module; here is $found.
  Debian, Ubuntu   sudo apt-get install python3 python3-venv
  Fedora           sudo dnf install python3
  macOS            brew install python, or the installer from python.org
Another Python can be named: KEEPWELL_PYTHON=/path/to/python3 $0
MESSAGE
    exit 1
}

find_python
