package onnx

import "fmt"

// What a node's attributes and operands say.

func (n *call) attribute(name string) *attribute {
	for i := range n.attributes {
		if n.attributes[i].name == name {
			return &n.attributes[i]
		}
	}
	return nil
}

// integer is an attribute, or what it is when left out.
func (n *call) integer(name string, absent int64) int64 {
	if a := n.attribute(name); a != nil {
		return a.i
	}
	return absent
}

func (n *call) text(name, absent string) string {
	if a := n.attribute(name); a != nil {
		return a.s
	}
	return absent
}

// settings are the integers of an attribute, or of an operand as newer files have
// them. They may be left out, and those of an operand may be unknown.
func (n *call) settings(name string, operand int) (list []int64, given, known bool) {
	if a := n.attribute(name); a != nil {
		return a.ints, true, true
	}
	v := n.operand(operand)
	if v == nil {
		return nil, false, true
	}
	list, known = v.integers()
	return list, true, known
}

// axis is an attribute that counts dimensions, from the last if it is negative.
func (n *call) axis(name string, absent int64, rank int) (int, error) {
	return axisOf(n.integer(name, absent), rank)
}

func axisOf(axis int64, rank int) (int, error) {
	if axis < -int64(rank) || axis >= int64(rank) {
		return 0, fmt.Errorf("axis %d of %d dimensions", axis, rank)
	}
	if axis < 0 {
		axis += int64(rank)
	}
	return int(axis), nil
}

// axesOf marks axes.
func axesOf(axes []int64, rank int) ([]bool, error) {
	marked := make([]bool, rank)
	for _, a := range axes {
		axis, err := axisOf(a, rank)
		if err != nil {
			return nil, err
		}
		if marked[axis] {
			return nil, fmt.Errorf("axis %d twice", a)
		}
		marked[axis] = true
	}
	return marked, nil
}

// pass lets result 0 have the elements of operand 0, if they are known, in other
// dimensions.
func (n *call) pass() {
	if len(n.out) > 0 && n.in[0].static {
		n.out[0].data, n.out[0].tensor = n.in[0].data, n.in[0].tensor
	}
}

// pick finds the elements of result 0 among those of the operands, if all are
// known: for each place in the result, an operand and the element of it.
func (n *call) pick(from func(at []int64) (operand int, element int64)) {
	n.compute(len(n.in), func(at []int64, elements [][]number) (number, bool) {
		operand, element := from(at)
		if element < 0 || element >= int64(len(elements[operand])) {
			return number{}, false
		}
		return elements[operand][element], true
	})
}

// compute finds the elements of result 0 from those of the first operands. Where
// those are unknown it does nothing.
func (n *call) compute(operands int, element func(at []int64, elements [][]number) (number, bool)) {
	if len(n.out) == 0 || !n.static() || checkDims(n.out[0].dims) != nil {
		return
	}
	out := n.out[0]
	count, _ := product(out.dims)
	known := make([][]number, operands)
	for i := range known {
		data, ok := n.in[i].numbers()
		if n.in[i] != nil && !ok {
			return
		}
		known[i] = data
	}
	if count > maxData {
		return
	}
	data := make([]number, count)
	at := make([]int64, len(out.dims))
	for i := range data {
		x, ok := element(at, known)
		if !ok {
			return
		}
		data[i] = x
		advance(at, out.dims)
	}
	out.data = data
}

// advance goes to the next place, the last dimension first.
func advance(at, dims []int64) {
	for i := len(at) - 1; i >= 0; i-- {
		if at[i]++; at[i] < dims[i] {
			return
		}
		at[i] = 0
	}
}

// offset is the element at a place of a tensor, over which the tensor is
// repeated where it has size 1 or no such dimension.
func offset(dims, at []int64) int64 {
	result := int64(0)
	skip := len(at) - len(dims)
	for i, size := range dims {
		if size != 1 {
			result = result*size + at[skip+i]
		}
	}
	return result
}
