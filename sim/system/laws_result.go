package system

// LawsResult is the scaling laws as the simulator measures them, schema
// xbar.laws/1.
type LawsResult struct {
	Schema   string `json:"schema"`
	Analog   string `json:"analog,omitempty"` // the machine of the config that was measured; empty: the library's
	Scalar   string `json:"scalar,omitempty"`
	Systolic string `json:"systolic,omitempty"`
	Laws     []Law  `json:"laws"`
	Left     []Left `json:"left_out,omitempty"` // laws that these machines have no energy or no room for
}

// Left is a law that was not measured.
type Left struct {
	ID       string `json:"id"`
	Measures string `json:"measures"`
	Why      string `json:"why,omitempty"` // empty: what it measures costs nothing on the machine that it is measured on
}

// Law is one scaling law: energy per MAC against one quantity x, measured by
// simulation beside the closed form. The slopes are d log(energy per MAC) /
// d log(x) unless SlopeIs says otherwise.
type Law struct {
	ID          string     `json:"id"`
	Statement   string     `json:"statement"`
	X           string     `json:"x"`                // what x is
	Measures    string     `json:"measures"`         // what the energy includes
	Series      string     `json:"series,omitempty"` // the name of it beside others
	Points      []LawPoint `json:"points"`
	SlopeIs     string     `json:"slope_is,omitempty"`
	Slope       float64    `json:"slope"`
	SlopeTheory float64    `json:"slope_theory"`
	Holds       bool       `json:"holds"`

	*Floor                 // nil: none
	Beside      string     `json:"beside,omitempty"`     // what the points' other series are
	Exponents   []Exponent `json:"exponents,omitempty"`  // of these
	CrossesAt   float64    `json:"crosses_at,omitempty"` // the x from which on the points exceed the first of these; zero: none
	CrossingsOf string     `json:"crossings_of,omitempty"`
	Crossings   []Crossing `json:"crossings,omitempty"`
}

// LawPoint is one x: joules per MAC. The total is all that the machine spent
// but static power: it shows where the terms that do not fall take over.
type LawPoint struct {
	X               float64 `json:"x"`
	MeasuredJPerMAC float64 `json:"measured_j_per_mac"`
	TheoryJPerMAC   float64 `json:"theory_j_per_mac"`
	TotalJPerMAC    float64 `json:"total_j_per_mac"`
	Others          []Other `json:"others,omitempty"` // the same of every point, in the same order
}

// Other is what another part, or another machine, spends at the same x.
type Other struct {
	Name            string  `json:"name"`
	MeasuredJPerMAC float64 `json:"measured_j_per_mac"`
	TheoryJPerMAC   float64 `json:"theory_j_per_mac"`
}

// Floor is what no x takes away: the lowest of the points' series of that name.
type Floor struct {
	FloorOf            string  `json:"floor_of"`
	FloorJPerMAC       float64 `json:"floor_j_per_mac"`
	FloorTheoryJPerMAC float64 `json:"floor_theory_j_per_mac"`
	FloorVaries        float64 `json:"floor_varies"` // over all x, as a share of it
}

// Exponent is a slope beside the law's own.
type Exponent struct {
	Of     string  `json:"of"`
	Slope  float64 `json:"slope"`
	Theory float64 `json:"slope_theory"`
}

// Crossing is where, on arrays of N rows and outputs and with such converters,
// one series comes to exceed another; zero where it does not within the law's xs.
type Crossing struct {
	Converter string  `json:"converter"`
	N         int64   `json:"n"`
	X         float64 `json:"x"`
	Theory    float64 `json:"x_theory"`
}
