package crossbar

// LogicalRows is the rows that an input vector can drive: each physical column
// of a fold has rows of its own.
func (c *Config) LogicalRows() int { return c.Rows * max(c.Fold, 1) }

// LogicalCols is the columns that give a sum: the columns of a fold share one.
func (c *Config) LogicalCols() int { return c.Cols / max(c.Fold, 1) }

// Driven is R_a, the logical rows that are driven at once.
func (c *Config) Driven() int {
	if c.ActiveRows > 0 {
		return c.ActiveRows
	}
	return c.LogicalRows()
}
