"""Where the chart comes from: bulk files and CSV, one folder a party."""
