package report

import (
	"fmt"
	"io"
	"math"

	"xbar/sim/system"
)

// Product is a product of two matrices through one machine, schema xbar.mvm/1.
type Product struct {
	Schema      string      `json:"schema"`
	Config      string      `json:"config"`
	Machine     string      `json:"machine"`
	L           int         `json:"L"`
	N           int         `json:"N"`
	M           int         `json:"M"`
	InputBits   int         `json:"input_bits"`
	WeightBits  int         `json:"weight_bits"`
	InputScale  float64     `json:"input_scale"`        // X is so many times whole numbers
	WeightScale float64     `json:"weight_scale"`       // and W
	Rounding    string      `json:"rounding,omitempty"` // of X, as dac.rounding has it, where it is not to whole numbers
	Weights     string      `json:"weights,omitempty"`  // how W is held, as crossbar.weights has it, where it is not rounded
	RMSError    float64     `json:"rms_error"`          // of Y, in its own unit
	SNRdB       *float64    `json:"snr_db"`             // nil: Y is exact
	RoundedDB   *float64    `json:"rounded_snr_db"`
	Y           [][]float64 `json:"y,omitempty"` // where it goes into no file

	Result *system.Result `json:"result"`
}

// NewProduct sums up a product. Y is left out where it goes into a file.
func NewProduct(config string, o *system.Operands, p *system.Product, file bool) *Product {
	l, n := o.X.Dims()
	_, m := o.W.Dims()
	r := &Product{
		Schema: "xbar.mvm/1", Config: config, Machine: p.Result.Machines[0].Name, L: l, N: n, M: m,
		InputBits: o.InputBits, WeightBits: o.WeightBits, InputScale: p.InputScale, WeightScale: p.WeightScale,
		Rounding: p.Rounding, Weights: p.Held, RMSError: p.RMSError, SNRdB: p.SNRdB, RoundedDB: p.RoundedDB, Result: p.Result,
	}
	for i := range l {
		if file {
			break
		}
		r.Y = append(r.Y, p.Y.RawRowView(i))
	}
	return r
}

// ProductJSON writes schema xbar.mvm/1.
func ProductJSON(w io.Writer, r *Product) error { return writeJSON(w, r) }

// ProductText writes how far off a product is, and what it took, for a terminal.
func ProductText(w io.Writer, r *Product) error { return writeProduct(w, &textPage{}, r) }

// ProductMarkdown writes the same as GitHub-flavoured Markdown.
func ProductMarkdown(w io.Writer, r *Product) error { return writeProduct(w, &markdownPage{}, r) }

func writeProduct(w io.Writer, p page, r *Product) error {
	p.title(fmt.Sprintf("Y = X·W on %s", r.Machine))
	p.paragraph(fmt.Sprintf("X of %d×%d %s, W of %d×%d %s", r.L, r.N, r.driven(), r.N, r.M, r.held()))
	switch {
	case r.SNRdB == nil:
		p.list([]string{"Y is exact"})
	case r.RoundedDB == nil:
		p.list([]string{r.apart(), "X and W are not rounded: converters do all of it"})
	case r.Rounding != "" || r.Weights != "":
		p.list([]string{r.apart()})
	default:
		p.list([]string{r.apart(), fmt.Sprintf("rounding X and W, and then multiplying exactly, leaves %.3g dB", *r.RoundedDB)})
	}
	return writePage(w, p, r.Result)
}

func (r *Product) apart() string {
	return fmt.Sprintf("Y is off by %.3g (root of the mean square): a signal-to-noise ratio of %.3g dB", r.RMSError, *r.SNRdB)
}

// driven and held say what X and W are rounded to.
func (r *Product) driven() string {
	switch r.Rounding {
	case "none":
		return "as it is"
	case "mid-rise":
		return fmt.Sprintf("in %d levels beside zero, %.3g apart", 1<<r.InputBits, 2*r.InputScale*(math.Exp2(float64(r.InputBits-1))-1)/(math.Exp2(float64(r.InputBits))-1))
	}
	return "in " + rounded(r.InputBits, r.InputScale)
}

func (r *Product) held() string {
	if r.Weights != "" {
		return fmt.Sprintf("in whole weights (%s)", r.Weights)
	}
	return "in " + rounded(r.WeightBits, r.WeightScale)
}

func rounded(bits int, scale float64) string {
	if scale == 1 {
		return fmt.Sprintf("whole numbers of %d bits", bits)
	}
	return fmt.Sprintf("%d bits, steps of %.3g", bits, scale)
}
