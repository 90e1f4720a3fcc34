package system

// LawsResult is the scaling laws as the simulator measures them, schema
// xbar.laws/1.
type LawsResult struct {
	Schema string `json:"schema"`
	Analog string `json:"analog,omitempty"` // the machine of the config that was measured; empty: the library's
	Scalar string `json:"scalar,omitempty"`
	Laws   []Law  `json:"laws"`
	Left   []Left `json:"left_out,omitempty"` // laws that these machines have no energy for
}

// Left is a law that was not measured, because what it measures costs nothing on
// the machine that it is measured on.
type Left struct {
	ID       string `json:"id"`
	Measures string `json:"measures"`
}

// Law is one scaling law: energy per MAC against one quantity x, measured by
// simulation beside the closed form. The slopes are d log(energy per MAC) /
// d log(x).
type Law struct {
	ID          string     `json:"id"`
	Statement   string     `json:"statement"`
	X           string     `json:"x"`        // what x is
	Measures    string     `json:"measures"` // what the energy includes
	Points      []LawPoint `json:"points"`
	Slope       float64    `json:"slope"`
	SlopeTheory float64    `json:"slope_theory"`
	Holds       bool       `json:"holds"`
}

// LawPoint is one x: joules per MAC. The total is all that the machine spent
// but static power: it shows where the terms that do not fall take over.
type LawPoint struct {
	X               float64 `json:"x"`
	MeasuredJPerMAC float64 `json:"measured_j_per_mac"`
	TheoryJPerMAC   float64 `json:"theory_j_per_mac"`
	TotalJPerMAC    float64 `json:"total_j_per_mac"`
}
