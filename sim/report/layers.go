package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"xbar/sim/workload"
)

// Layers is what a network's file holds, schema xbar.import/1.
type Layers struct {
	Schema  string  `json:"schema"`
	File    string  `json:"file"`
	MACs    float64 `json:"macs"` // of one inference; as a float, for files say what they like
	Weights float64 `json:"weights"`
	Layers  []Layer `json:"layers"`

	Operators []Operator `json:"operators,omitempty"` // beside the products
	Remarks   []string   `json:"remarks,omitempty"`   // what was assumed of the whole
}

// Layer is one layer: in each of its groups, a product of L vectors of length N
// with N×M weights.
type Layer struct {
	Name    string  `json:"name"`
	L       int64   `json:"L"`
	N       int64   `json:"N"`
	M       int64   `json:"M"`
	Groups  int64   `json:"groups"`
	Dynamic bool    `json:"dynamic"`         // both operands are activations
	Cache   string  `json:"cache,omitempty"` // columns or rows: one of them grows from step to step
	MACs    float64 `json:"macs"`            // all groups together
	Weights float64 `json:"weights"`         // all groups together; 0 of a dynamic layer
	Remark  string  `json:"remark,omitempty"`

	Activation bool `json:"activation,omitempty"` // bias, rescale and clamp follow each output

	Distinct int64 `json:"distinct_inputs,omitempty"` // of one inference, where windows share some
	Ahead    int64 `json:"ahead,omitempty"`           // of them, that a vector waits for beyond its share
	Behind   int64 `json:"behind,omitempty"`          // and that it uses before it

	Operations float64 `json:"operations,omitempty"` // steps of arithmetic before the next layer takes its outputs
	Operands   float64 `json:"operands,omitempty"`   // numbers read for them
	Results    float64 `json:"results,omitempty"`    // numbers written

	InputBits   int  `json:"input_bits,omitempty"` // where the file says
	WeightBits  int  `json:"weight_bits,omitempty"`
	SignedInput bool `json:"signed_input,omitempty"`
}

// Operator is all nodes of one operator that is no product of matrices.
type Operator struct {
	Name       string  `json:"name"`
	Nodes      int64   `json:"nodes"`
	Elements   float64 `json:"elements"` // of their results
	Operations float64 `json:"operations"`
	Unknown    bool    `json:"unknown,omitempty"`
	Unsized    int64   `json:"unsized,omitempty"` // nodes with results of unknown sizes
	Weights    float64 `json:"weights,omitempty"` // constants of an unknown operator
}

// NewLayers sums up what was read from a file.
func NewLayers(file string, n *workload.Network) *Layers {
	r := &Layers{Schema: "xbar.import/1", File: file, Layers: make([]Layer, len(n.Layers)), Remarks: n.Remarks}
	for i, l := range n.Layers {
		r.Layers[i] = Layer{l.Name, l.L, l.N, l.M, l.Groups, l.Dynamic, string(l.Cache), l.MACs(), l.Weights(), l.Remark, l.Activation, l.Window.Inputs, l.Window.Ahead, l.Window.Behind, l.Operations, l.Operands, l.Results, l.InputBits, l.WeightBits, l.SignedInput}
		r.MACs += l.MACs()
		r.Weights += l.Weights()
	}
	for _, o := range n.Operators {
		r.Operators = append(r.Operators, Operator(o))
	}
	return r
}

// LayersJSON writes schema xbar.import/1.
func LayersJSON(w io.Writer, r *Layers) error { return writeJSON(w, r) }

// LayersText writes the layers for a terminal.
func LayersText(w io.Writer, r *Layers) error { return writeLayers(w, &textPage{}, r) }

// LayersMarkdown writes the layers as GitHub-flavoured Markdown.
func LayersMarkdown(w io.Writer, r *Layers) error { return writeLayers(w, &markdownPage{}, r) }

// LayersCSV writes one row a layer.
func LayersCSV(w io.Writer, r *Layers) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.Write([]string{"layer", "L", "N", "M", "groups", "dynamic", "macs", "weights", "input_bits", "weight_bits", "remark", "distinct_inputs", "ahead", "behind"})
	for i := range r.Layers {
		l := &r.Layers[i]
		out.Write([]string{l.Name, integer(l.L), integer(l.N), integer(l.M), integer(l.Groups), strconv.FormatBool(l.Dynamic), plain(l.MACs), plain(l.Weights), known(l.InputBits), known(l.WeightBits), l.Remark, plain(l.distinct()), integer(l.Ahead), integer(l.Behind)})
	}
	out.Flush()
	_, err := w.Write(b.Bytes())
	return err
}

// distinct is the inputs of an inference, each counted once.
func (l *Layer) distinct() float64 {
	if l.Distinct > 0 {
		return float64(l.Distinct)
	}
	return float64(l.L) * float64(l.N) * float64(l.Groups)
}

func known(bits int) string {
	if bits == 0 {
		return ""
	}
	return strconv.Itoa(bits)
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

// LayersTOML writes the layers as the workload of a study. Operands of which the
// file does not say have 8 bits there unless the study says otherwise.
func LayersTOML(w io.Writer, r *Layers) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s: %s MACs, %s weights\n[workload]\nkernel = [\n", clean(r.File), count(r.MACs), count(r.Weights))
	for i := range r.Layers {
		l := &r.Layers[i]
		fmt.Fprintf(&b, "  { name = %s, L = %d, N = %d, M = %d", tomlString(l.Name), l.L, l.N, l.M)
		if l.Groups > 1 {
			fmt.Fprintf(&b, ", groups = %d", l.Groups)
		}
		if l.Dynamic {
			b.WriteString(", dynamic = true")
		}
		if l.Cache != "" {
			fmt.Fprintf(&b, ", cache = %q", l.Cache)
		}
		if l.Activation {
			b.WriteString(", activation = true")
		}
		for _, n := range []struct {
			key   string
			value float64
		}{{"distinct_inputs", float64(l.Distinct)}, {"ahead", float64(l.Ahead)}, {"behind", float64(l.Behind)}, {"operations", l.Operations}, {"operands", l.Operands}, {"results", l.Results}} {
			if n.value > 0 {
				fmt.Fprintf(&b, ", %s = %.0f", n.key, n.value)
			}
		}
		if l.InputBits > 0 {
			fmt.Fprintf(&b, ", input_bits = %d", l.InputBits)
		}
		if l.WeightBits > 0 {
			fmt.Fprintf(&b, ", weight_bits = %d", l.WeightBits)
		}
		if l.SignedInput {
			b.WriteString(", signed_input = true")
		}
		b.WriteString(" },")
		if l.Remark != "" {
			b.WriteString(" # " + clean(l.Remark))
		}
		b.WriteByte('\n')
	}
	b.WriteString("]\n")
	_, err := w.Write(b.Bytes())
	return err
}

// tomlString quotes a text as TOML does, which knows fewer escapes than Go.
func tomlString(text string) string {
	var b bytes.Buffer
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func writeLayers(w io.Writer, p page, r *Layers) error {
	if err := finite(r); err != nil {
		return err
	}
	p.title(r.File)
	p.paragraph(fmt.Sprintf("%s of L vectors of length N, M outputs each, in one inference", plural(len(r.Layers), "layer")))
	macs, mega := scale("", r.MACs)
	t := table{columns: []column{{head: "layer", left: true}, {head: "L"}, {head: "N"}, {head: "M"}, {head: "groups"},
		{head: spaced(macs, "MACs")}, {head: "share"}, {head: "weights"}, {head: "", left: true}}}
	for i := range r.Layers {
		l := &r.Layers[i]
		t.add(l.Name, count(float64(l.L)), count(float64(l.N)), count(float64(l.M)), count(float64(l.Groups)),
			digits(l.MACs/mega), percent(l.MACs/r.MACs), count(l.Weights), l.kind())
	}
	t.rule()
	t.add("total", "", "", "", "", digits(r.MACs/mega), percent(1), count(r.Weights), "")
	p.table(t)
	if len(r.Operators) > 0 {
		p.heading("other operators")
		p.table(r.operatorTable())
	}
	if remarks := slices.Concat(r.Remarks, r.remarks(), r.beside()); len(remarks) > 0 {
		p.list(remarks)
	}
	_, err := w.Write(p.bytes())
	return err
}

// kind is whether the weights stay, and the bits of both operands where they are
// known.
func (l *Layer) kind() string {
	text := "static"
	if l.Dynamic {
		text = "dynamic"
	}
	switch {
	case l.InputBits > 0 && l.WeightBits > 0:
		text += fmt.Sprintf(", %d×%d bits", l.InputBits, l.WeightBits)
	case l.WeightBits > 0:
		text += fmt.Sprintf(", weights of %s", plural(l.WeightBits, "bit"))
	case l.InputBits > 0:
		text += fmt.Sprintf(", inputs of %s", plural(l.InputBits, "bit"))
	}
	return text
}

func (r *Layers) operatorTable() table {
	t := table{columns: []column{{head: "operator", left: true}, {head: "nodes"}, {head: "elements"}, {head: "operations"}, {head: "", left: true}}}
	for i := range r.Operators {
		o := &r.Operators[i]
		operations := count(o.Operations)
		var notes []string
		if o.Unknown {
			operations = "?"
			notes = append(notes, "unknown")
		}
		if o.Weights > 0 {
			notes = append(notes, count(o.Weights)+" weights")
		}
		if o.Unsized > 0 {
			notes = append(notes, fmt.Sprintf("%d of unknown size", o.Unsized))
		}
		t.add(o.Name, count(float64(o.Nodes)), count(o.Elements), operations, strings.Join(notes, ", "))
	}
	return t
}

// beside says what is computed behind the layers, where no operators are listed.
func (r *Layers) beside() []string {
	var sum, operands, results float64
	for i := range r.Layers {
		l := &r.Layers[i]
		sum, operands, results = sum+l.Operations, operands+l.Operands, results+l.Results
	}
	if sum == 0 || len(r.Operators) > 0 {
		return nil
	}
	return []string{fmt.Sprintf("beside the products: %s operations on %s numbers that are read and %s that are written, counted with the layers before them",
		count(sum), count(operands), count(results))}
}

// remarks says each remark once, behind the layers that it is about.
func (r *Layers) remarks() (items []string) {
	var texts []string
	about := map[string][]string{}
	for i := range r.Layers {
		l := &r.Layers[i]
		if l.Remark == "" {
			continue
		}
		if about[l.Remark] == nil {
			texts = append(texts, l.Remark)
		}
		about[l.Remark] = append(about[l.Remark], l.Name)
	}
	for _, text := range texts {
		items = append(items, strings.Join(about[text], ", ")+": "+text)
	}
	return items
}

func spaced(prefix, thing string) string {
	if prefix == "" {
		return thing
	}
	return prefix + " " + thing
}
