"""What every department was asked: noted cheaply, asked for, asserted, compared."""
