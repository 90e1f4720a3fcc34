package workload

// Network is what the file of another program says that is computed in one
// inference.
type Network struct {
	Layers    []Layer
	Operators []Operator // beside the products
	Remarks   []string   // what was assumed
}

// Layer is what a network's file says of one layer: a product, or as many of one
// shape as there are groups, each with weights of its own.
type Layer struct {
	Name    string
	L, N, M int64
	Groups  int64
	Dynamic bool   // W is an activation
	Cache   Cache  // and grows
	Remark  string // what was made of it, where the file leaves a doubt

	Activation bool // bias, rescale and clamp follow each output

	Window Window // of a convolution

	Operations float64 // steps of arithmetic behind it, see [Beside]
	Operands   float64 // numbers read for them
	Results    float64 // numbers written

	InputBits   int  // of a file with integers; 0: it does not say
	WeightBits  int  // likewise
	SignedInput bool // integers below zero

	Start, End int // bytes of the file where it stands
}

// MACs is the number of multiply-accumulates of the layer, all groups together.
// It is a float because a file's sizes may be of any size.
func (l *Layer) MACs() float64 {
	return float64(l.L) * float64(l.N) * float64(l.M) * float64(l.Groups)
}

// Weights is the number of weights that are kept, all groups together.
func (l *Layer) Weights() float64 {
	if l.Dynamic {
		return 0
	}
	return float64(l.N) * float64(l.M) * float64(l.Groups)
}

// Operator is what a network computes beside its products: all nodes of one
// operator together.
type Operator struct {
	Name       string
	Nodes      int64
	Elements   float64 // of their results, in one inference
	Operations float64 // steps of arithmetic, in one inference
	Unknown    bool    // the operator; its operations are not counted
	Unsized    int64   // nodes with results whose sizes the file does not tell
	Weights    float64 // constants that nodes of an unknown operator take
}
