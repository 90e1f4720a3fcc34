package configs

// checkCore reports tiles beside an order that chooses them, and a process that
// the core's energies cannot be scaled to.
func (d *decoder) checkCore(m *machine) {
	if m.Kind != "scalar" {
		return
	}
	for _, key := range []string{"tile_l", "tile_n", "tile_m"} {
		if m.given("core."+key, "core.order") && m.Scalar.Order == "auto" {
			d.errs.addf(m.blame("core."+key), "%s = %s beside order = \"auto\", which chooses the tiles itself: write an order, such as \"lmn\", outermost first", key, m.written("core."+key))
			break
		}
	}
	if !m.given("core.model") || !m.modelled("core") {
		return
	}
	if err := m.Scalar.Check(); err != nil {
		d.errs.addf(m.blame("core.node", "core.voltage", "core.flavour"), "[machine.core]: %v", err)
	}
}
