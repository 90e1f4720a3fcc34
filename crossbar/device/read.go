package device

import (
	"fmt"
	"math"
	"strings"

	"xbar/sim/model"
	"xbar/sim/technology"
)

const (
	baseName  = "energy of a read, whatever the level"
	slopeName = "energy of a read, by the level"
)

// constant is the slope of a model that knows no levels.
func constant() model.Figure {
	return model.Figure{Name: slopeName, Equation: "0", Unit: "J"}
}

// conductance is Joule's heat in a cell between G_off and G_on. Levels lie
// evenly between the two, so the energy is linear in w.
func (c *Config) conductance() (base, slope model.Figure) {
	v, t := float64(c.ReadVoltage), float64(c.ReadTime)
	on, off := float64(c.GOn), float64(c.GOff)
	voltage := model.Input{Symbol: "V", Value: v, Unit: "V", Key: "read_voltage"}
	high := model.Input{Symbol: "G_on", Value: on, Unit: "S", Key: "g_on"}
	low := model.Input{Symbol: "G_off", Value: off, Unit: "S", Key: "g_off"}
	time := model.Input{Symbol: "t", Value: t, Unit: "s", Key: "read_time"}
	holds := "an ohmic cell whose levels are evenly spaced; its access device drops no voltage"
	base = model.Figure{
		Name: baseName, Equation: "E = {V}²·{G_off}·{t}", Value: v * v * off * t, Unit: "J",
		Inputs: []model.Input{voltage, low, time}, Holds: holds,
	}
	slope = model.Figure{
		Name: slopeName, Equation: "E = {V}²·max({G_on} − {G_off}, 0)·{t}", Value: v * v * max(on-off, 0) * t, Unit: "J",
		Inputs: []model.Input{voltage, high, low, time}, Holds: holds,
	}
	if off > on {
		slope.Outside = "the lowest level conducts better than the highest, so levels are taken to cost the same"
	}
	return base, slope
}

// conducting is the heat of the cell that conducts best.
func (c *Config) conducting() model.Figure {
	v, g, t := float64(c.ReadVoltage), float64(max(c.GOn, c.GOff)), float64(c.ReadTime)
	top := model.Input{Symbol: "G", Value: g, Unit: "S", Key: "g_on"}
	if c.GOff > c.GOn {
		top.Key = "g_off"
	}
	return model.Figure{
		Name: "energy of a read at the top level", Equation: "E = {V}²·{G}·{t}", Value: v * v * g * t, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "V", Value: v, Unit: "V", Key: "read_voltage"}, top,
			{Symbol: "t", Value: t, Unit: "s", Key: "read_time"},
		},
	}
}

// ladderCharge charges what the output of a ladder sees.
func (c *Config) ladderCharge() model.Figure {
	capacitance, v := float64(c.UnitCapacitance), float64(c.Voltage)
	return model.Figure{
		Name: "energy of charging a ladder's output", Equation: "E = 2·{C}·{V}²", Value: 2 * capacitance * v * v, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "C", Value: capacitance, Unit: "F", Key: "unit_capacitance"},
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
		Source: "derived from the ladder of Wang et al., JSSC 2023: its output sees a leg of C, and another C behind it",
	}
}

// capacitor is the charge that the supply gives to a cell's capacitor, which
// is charged from empty where input and weight are both on.
func (c *Config) capacitor() (base, slope model.Figure) {
	capacitance, v := float64(c.Capacitance), float64(c.Voltage)
	base = model.Figure{
		Name: baseName, Equation: "0", Unit: "J",
		Holds: "a capacitor that stays empty where the weight is off",
	}
	slope = model.Figure{
		Name: slopeName, Equation: "E = {C}·{V}²", Value: capacitance * v * v, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "C", Value: capacitance, Unit: "F", Key: "capacitance"},
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
		Holds: "x and w are one bit each (x² = x), and the capacitor is emptied before every read",
	}
	if c.Bits > 1 {
		slope.Outside = "a cell with one capacitor holds one bit"
	}
	return base, slope
}

// ladder is the mean charge that a C-2C ladder of B bits takes from its input.
//
// A bit that is on joins its node to the input V through C, one that is off
// joins it to ground; nodes are joined by 2C, the last one is the output, and
// the first ends in another C to ground. From a node towards the first, the
// ladder is worth C, so that with a weight of one half a node the voltage that
// bit j puts on node i is K_ij·V with
//
//	K_ij = (2·2^(B−j) + 2^(j−B))·2^(i−B)/6 for i ≤ j,  K_ji = K_ij
//
// Input charge is Σ_i b_i·C·(V − V_i). With bits that are on half of the time,
// independently, its mean is C·V/2·(B − tr K/2 − Σ K_ij/2), and the sums
// tr K = B/3 + 2/9·(1 − 4^−B) and Σ K_ij = B − 2/3·(1 − 4^−B) leave
//
//	(B/6 + (1 − 4^−B)/9)·C·V
//
// A word of zeros and one of ones both take almost nothing: what costs is the
// pattern, and a level as a number says little about it. So there is no slope.
func (c *Config) ladder() (base, slope model.Figure) {
	b, capacitance, v := float64(c.Bits), float64(c.UnitCapacitance), float64(c.Voltage)
	base = model.Figure{
		Name: baseName, Equation: "E = ({B}/6 + (1 − 4^−{B})/9)·{C}·{V}²",
		Value: (b/6 + (1-math.Pow(4, -b))/9) * capacitance * v * v, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "B", Value: b, Key: "bits"},
			{Symbol: "C", Value: capacitance, Unit: "F", Key: "unit_capacitance"},
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
		Source: "derived from the ladder of Wang et al., JSSC 2023: the mean over all words of the charge that it takes",
		Holds:  "weight bits that are on and off equally often; the ladder is emptied before every read, its output is open, and parasitic capacitance is left out",
	}
	return base, constant()
}

// multiplier is gates one input of which is a stored bit, so that only the other
// switches: half of a gate's capacitance.
func (c *Config) multiplier() (base, slope model.Figure) {
	each, v := technology.Capacitance.NAND(), float64(c.Voltage)
	base = model.Figure{Name: baseName, Equation: "0", Unit: "J", Holds: "gates that stand still where a bit of input or weight is not set"}
	slope = model.Figure{
		Name: slopeName, Equation: "E = {n}·{C}/2·{V}²", Value: float64(c.Gates) * each.Value / 2 * v * v, Unit: "J", Source: technology.ZigZag,
		Inputs: []model.Input{
			{Symbol: "n", Value: float64(c.Gates), Key: "gates"}, model.Derived("C", each),
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
	}
	return base, slope
}

const (
	elementaryCharge = 1.602176634e-19 // C
	linkBudget       = 33              // dB
)

// signalToNoise is the power ratio of a full-scale sine to the error of an ideal
// converter with that many bits.
func signalToNoise(bits float64) model.Figure {
	return model.Figure{
		Name: "signal-to-noise ratio", Equation: "SNR = 1.5·4^{b}", Value: 1.5 * math.Pow(4, bits),
		Inputs: []model.Input{{Symbol: "b", Value: bits, Key: "snr_bits"}},
	}
}

// loss is what light loses between laser and detector.
func (c *Config) loss() model.Input {
	if c.Stages == 0 {
		return model.Input{Symbol: "L", Value: c.LossDB, Key: "loss_db"}
	}
	return model.Derived("L", model.Figure{
		Name: "loss in dB", Equation: "L = {a} + {n}·{l}", Value: c.LossDB + float64(c.Stages)*c.StageLossDB,
		Inputs: []model.Input{
			{Symbol: "a", Value: c.LossDB, Key: "loss_db"},
			{Symbol: "n", Value: float64(c.Stages), Key: "stages"},
			{Symbol: "l", Value: c.StageLossDB, Key: "stage_loss_db"},
		},
	})
}

// photonic is the electrical energy of the light that one cell's share of its
// detector asks for. Shot noise leaves SNR = R·E/(2q) of the optical energy E in
// a bandwidth of 1/t, and the amplifier's noise current leaves
// (R·E/t)²/(i²/t); the worse of the two decides.
func (c *Config) photonic() model.Figure {
	snr, loss := signalToNoise(c.SNRBits), c.loss()
	t, noise := float64(c.ReadTime), c.TIANoise*1e-12
	shot := 2 * elementaryCharge * snr.Value
	amplifier := noise * math.Sqrt(snr.Value*t)
	f := model.Figure{
		Name:     "energy of the light through a cell",
		Equation: "E = max(2·{q}·{SNR}, {i}·√({SNR}·{t}))/{R}·10^({L}/10)/({η}·{N})",
		Value:    max(shot, amplifier) / c.Responsivity * math.Pow(10, loss.Value/10) / (c.WallPlugEfficiency * float64(c.FanIn)),
		Unit:     "J",
		Inputs: []model.Input{
			{Symbol: "q", Value: elementaryCharge, Unit: "C", Source: "SI Brochure, 9th edition, 2019: the elementary charge"},
			model.Derived("SNR", snr),
			{Symbol: "i", Value: noise, Unit: "A/√Hz", Key: "tia_noise"},
			{Symbol: "t", Value: t, Unit: "s", Key: "read_time"},
			{Symbol: "R", Value: c.Responsivity, Unit: "A/W", Key: "responsivity"},
			loss,
			{Symbol: "η", Value: c.WallPlugEfficiency, Key: "wall_plug_efficiency"},
			{Symbol: "N", Value: float64(c.FanIn), Key: "fan_in"},
		},
		Source: "derived: shot noise 2·q·I·B and amplifier noise i²·B in a bandwidth B = 1/t",
		Holds: "a laser that shines during the read pulse only, split without waste over rows and columns; " +
			"modulator, amplifier and tuning are charged elsewhere (DAC, converter, leakage), and noise of laser and crosstalk are left out",
	}
	var doubts []string
	if loss.Value > linkBudget {
		doubts = append(doubts, "a loss of more than 33 dB is beyond the link budget of published meshes")
	}
	if c.Responsivity > technology.MostResponsivity {
		doubts = append(doubts, fmt.Sprintf("a responsivity of %g A/W is more than an electron a photon at 1550 nm, %.3g A/W", c.Responsivity, technology.MostResponsivity))
	}
	f.Outside = strings.Join(doubts, "; ")
	return f
}
