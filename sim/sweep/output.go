package sweep

import (
	"strings"

	"xbar/sim/system"
)

// Output is a number that comes out of a machine.
type Output struct {
	Name string // as constraints and columns have it; its end is its unit
	Unit string // SI; "" is none
	Doc  string
	More bool                           // of it is better
	of   func(*system.Machine) *float64 // nil: not known, or does not apply
}

func known(x float64) *float64 { return &x }

// Outputs lists all of them, in the order of columns.
var Outputs = []Output{
	{"energy_per_inference_j", "J", "with its share of one-time programming", false, func(m *system.Machine) *float64 { return &m.EnergyPerInferenceJ }},
	{"energy_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.EnergyJ }},
	{"energy_per_mac_j", "J", "of a multiply-accumulate", false, func(m *system.Machine) *float64 { return &m.EnergyPerMACJ }},
	{"latency_s", "s", "of a pass, from its first input to its last output", false, func(m *system.Machine) *float64 { return &m.LatencyS }},
	{"seconds", "s", "from pass to pass", false, func(m *system.Machine) *float64 { return &m.Seconds }},
	{"inferences_per_second", "1/s", "", true, func(m *system.Machine) *float64 { return ratio(float64(m.Batch), m.Seconds) }},
	{"energy_delay_js", "J·s", "of an inference", false, func(m *system.Machine) *float64 { return &m.EnergyDelayJS }},
	{"ops_per_joule", "1/J", "two operations are a multiply-accumulate", true, func(m *system.Machine) *float64 { return &m.OpsPerJoule }},
	{"ops_per_second", "1/s", "", true, func(m *system.Machine) *float64 { return &m.OpsPerSecond }},
	{"area_m2", "m²", "", false, func(m *system.Machine) *float64 { return m.AreaM2 }},
	{"input_j", "J", "of a pass: drivers and DACs", false, func(m *system.Machine) *float64 { return &m.Categories.Input }},
	{"cells_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.Cells }},
	{"output_j", "J", "of a pass: samples and ADCs", false, func(m *system.Machine) *float64 { return &m.Categories.Output }},
	{"accumulate_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.Accumulate }},
	{"buffer_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.Buffer }},
	{"network_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.Network }},
	{"dram_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.DRAM }},
	{"programming_j", "J", "of a pass: weights that are loaded again", false, func(m *system.Machine) *float64 { return &m.Categories.Programming }},
	{"compute_j", "J", "of a pass", false, func(m *system.Machine) *float64 { return &m.Categories.Compute }},
	{"static_j", "J", "of a pass: leakage", false, func(m *system.Machine) *float64 { return &m.Categories.Static }},
	{"arrays_needed", "", "by the model", false, func(m *system.Machine) *float64 {
		return programmed(m, func(p *system.Programming) *float64 { return known(float64(p.DemandArrays)) })
	}},
	{"tiles_reloaded", "", "in a pass", false, func(m *system.Machine) *float64 {
		return programmed(m, func(p *system.Programming) *float64 { return &p.PerPass.Tiles })
	}},
	{"days_to_wear_out", "d", "without a pause", true, func(m *system.Machine) *float64 {
		return programmed(m, func(p *system.Programming) *float64 { return p.DaysToWearOut })
	}},
	{"wear_per_year", "", "share of the cells' endurance that a year without a pause takes; 0: they are not written", false, func(m *system.Machine) *float64 {
		return programmed(m, func(p *system.Programming) *float64 {
			if p.DaysToWearOut == nil {
				return known(0)
			}
			return ratio(365, *p.DaysToWearOut)
		})
	}},
	{"accuracy", "", "of exact values", true, func(m *system.Machine) *float64 {
		return valued(m, func(v *system.Values) *float64 { return v.Accuracy })
	}},
	{"snr_db", "dB", "of the last kernel's outputs", true, func(m *system.Machine) *float64 {
		return valued(m, func(v *system.Values) *float64 { return v.SNRdB })
	}},
}

func ratio(a, b float64) *float64 {
	if b == 0 {
		return nil
	}
	return known(a / b)
}

func programmed(m *system.Machine, of func(*system.Programming) *float64) *float64 {
	if m.Programming == nil {
		return nil
	}
	return of(m.Programming)
}

func valued(m *system.Machine, of func(*system.Values) *float64) *float64 {
	if m.Values == nil {
		return nil
	}
	return of(m.Values)
}

// outputsOf are all that are known of a machine, by name.
func outputsOf(m *system.Machine) map[string]float64 {
	all := make(map[string]float64, len(Outputs))
	for i := range Outputs {
		if x := Outputs[i].of(m); x != nil {
			all[Outputs[i].Name] = *x
		}
	}
	return all
}

// Plain is the name in words, without the unit.
func (o *Output) Plain() string {
	name := o.Name
	for _, end := range []string{"_js", "_j", "_s", "_m2", "_db"} {
		if cut, found := strings.CutSuffix(name, end); found {
			name = cut
			break
		}
	}
	return strings.ReplaceAll(name, "_", " ")
}

// OutputNames lists them.
func OutputNames() []string {
	names := make([]string, len(Outputs))
	for i := range Outputs {
		names[i] = Outputs[i].Name
	}
	return names
}
