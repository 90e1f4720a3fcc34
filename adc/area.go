package adc

import "xbar/sim/model"

// AreaEach is the area of one converter: as written, or else the model's. It is
// zero, and has no inputs, where nobody knows.
func (c *Config) AreaEach(written func(key string) bool) model.Figure {
	switch {
	case written("area"):
		return model.Given("area of a converter", "A", float64(c.Area), "m2", "area")
	case c.Model == "regression":
		return regressionArea(c.enob(), c.node(), model.Derived("f", c.rate()))
	case c.Model == "zigzag-28nm":
		return c.zigzagArea()
	case c.Model == "isaac-table":
		return c.isaacArea()
	}
	return model.Figure{Name: "area of a converter", Unit: "m2"}
}

// LeakageEach is the power of one idle converter: as written, or else the
// regression's share. It is zero, and has no inputs, where nobody knows.
func (c *Config) LeakageEach(written func(key string) bool) model.Figure {
	switch {
	case written("leakage"):
		f := model.Given("leakage of a converter", "P", float64(c.Leakage), "W", "leakage")
		if c.Model == "regression" && c.LeakageShare > 0 {
			f.Outside = "leakage is written beside leakage_share: that share of a conversion's energy is charged nowhere"
		}
		return f
	case c.Model == "regression":
		return c.leakageShare()
	}
	return model.Figure{Name: "leakage of a converter", Unit: "W"}
}
