package onnx

import (
	"fmt"
	"slices"
	"strings"

	"xbar/sim/workload"
)

// layer adds groups of products of l vectors of x, of length rows, with matrices w
// of rows×columns. Where both are known beforehand there is nothing to compute.
func (n *call) layer(suffix string, x, w *value, l, rows, columns, groups int64, remark string) error {
	return n.windowed(workload.Window{}, suffix, x, w, l, rows, columns, groups, remark)
}

// windowed adds products of vectors that share inputs.
func (n *call) windowed(shared workload.Window, suffix string, x, w *value, l, rows, columns, groups int64, remark string) error {
	if x.static && w.static {
		return nil
	}
	for _, size := range []int64{l, rows, columns, groups} {
		if size < 1 || size > largest {
			return fmt.Errorf("%d products of %d×%d with %d×%d; sizes are from 1 to %d", groups, l, rows, rows, columns, int64(largest))
		}
	}
	early := n.r.early
	n.r.early = workload.Layer{}
	n.r.network.Layers = append(n.r.network.Layers, workload.Layer{
		Operations: early.Operations, Operands: early.Operands, Results: early.Results,
		Name: n.label() + suffix, L: l, N: rows, M: columns, Groups: groups, Dynamic: !w.static, Remark: remark, Window: shared,
		InputBits: x.bits, SignedInput: x.signed, WeightBits: w.bits, Start: n.start, End: n.end,
	})
	return nil
}

// quantized gives the result of a QLinear operator the type of its zero point.
func (n *call) quantized() {
	if zero := n.operand(7); len(n.out) > 0 && zero != nil && strings.HasPrefix(n.operator, "QLinear") {
		n.out[0].dtype = zero.dtype
	}
}

// conv has its input and its filters at the operands x and w.
func conv(x, w int) func(n *call) error {
	return func(n *call) error {
		from, filters := n.dims(x), n.dims(w)
		groups, err := n.groups(from, filters, 1)
		if err != nil {
			return err
		}
		if filters[0]%groups != 0 {
			return fmt.Errorf("%d filters in %d groups", filters[0], groups)
		}
		windows, err := n.windows(filters[2:])
		if err != nil {
			return err
		}
		dims := slices.Clone(from)
		dims[1] = filters[0]
		for i, v := range windows {
			if dims[2+i], err = v.places(from[2+i], false); err != nil {
				return err
			}
		}
		if err := checkDims(dims); err != nil {
			return err
		}
		n.set(0, dims)
		n.quantized()
		places, _ := product(dims[2:])
		rows, _ := product(filters[1:])
		shared := n.in[x].window(windows, dims[2:], len(n.r.network.Layers))
		shared.Inputs *= dims[0]
		return n.windowed(shared, "", n.in[x], n.in[w], dims[0]*places, rows, filters[0]/groups, groups, "")
	}
}

// groups checks that channels and filters fit each other. The filters count the
// channels of a group in one of their dimensions.
func (n *call) groups(from, filters []int64, channels int) (int64, error) {
	if err := image(from); err != nil {
		return 0, err
	}
	if len(filters) != len(from) {
		return 0, fmt.Errorf("filters of %s for %s", times(filters), times(from))
	}
	groups := n.integer("group", 1)
	if groups < 1 || groups > largest {
		return 0, fmt.Errorf("group = %d", groups)
	}
	all := filters[channels]
	if channels == 1 {
		all *= groups
	}
	if all != from[1] {
		return 0, fmt.Errorf("filters of %s in %d groups for %s", times(filters), groups, times(from))
	}
	return groups, nil
}

// convTranspose multiplies each place of the input with all filters; the patches
// that come of it are added where they overlap.
func convTranspose(n *call) error {
	from, filters := n.dims(0), n.dims(1)
	groups, err := n.groups(from, filters, 0)
	if err != nil {
		return err
	}
	if from[1]%groups != 0 {
		return fmt.Errorf("%d channels in %d groups", from[1], groups)
	}
	windows, err := n.windows(filters[2:])
	if err != nil {
		return err
	}
	extra, err := n.perDimension("output_padding", 0, 0, len(windows))
	if err != nil {
		return err
	}
	dims := slices.Clone(from)
	dims[1] = filters[1] * groups
	for i, w := range windows {
		dims[2+i] = w.spread(from[2+i], extra[i])
	}
	if a := n.attribute("output_shape"); a != nil {
		if len(a.ints) != len(windows) {
			return fmt.Errorf("output_shape = %v of %d dimensions", a.ints, len(windows))
		}
		copy(dims[2:], a.ints)
	}
	if err := checkDims(dims); err != nil {
		return err
	}
	n.set(0, dims)
	places, _ := product(from[2:])
	columns, _ := product(filters[1:])
	n.steps = float64(from[0]) * float64(places) * float64(columns) * float64(groups)
	return n.layer("", n.in[0], n.in[1], from[0]*places, from[1]/groups, columns, groups,
		"each place of the input gives a patch of the output, and patches are added where they overlap")
}

// gemm multiplies two matrices, each of which may be transposed.
func gemm(a, b int) func(n *call) error {
	return func(n *call) error {
		left, right := n.dims(a), n.dims(b)
		if len(left) != 2 || len(right) != 2 {
			return fmt.Errorf("%s are no matrices", times(left, right))
		}
		rows, inner := left[0], left[1]
		if n.integer("transA", 0) != 0 {
			rows, inner = inner, rows
		}
		length, columns := right[0], right[1]
		if n.integer("transB", 0) != 0 {
			length, columns = columns, length
		}
		if inner != length {
			return fmt.Errorf("%s cannot be multiplied", times(left, right))
		}
		n.set(0, []int64{rows, columns})
		return n.matrices(n.in[a], n.in[b], matrices{rows, inner, columns, 1, 1, 1})
	}
}

// matrices are products of rows×inner and inner×columns: so many of them, of so
// many different left and right operands.
type matrices struct {
	rows, inner, columns int64
	all, lefts, rights   int64
}

// matrices adds the products. What is known beforehand stays in the array; of two
// activations it is the right one that is written.
func (n *call) matrices(left, right *value, p matrices) error {
	if left.static && !right.static {
		left, right = right, left
		p = matrices{p.columns, p.inner, p.rows, p.all, p.rights, p.lefts}
	}
	vectors := p.all / max(p.rights, 1) * p.rows
	return n.layer("", left, right, vectors, p.inner, p.columns, p.rights, "")
}

// matMul multiplies the matrices in the last two dimensions; those before
// them are laid over each other.
func matMul(a, b int) func(n *call) error {
	return func(n *call) error {
		left, right := n.dims(a), n.dims(b)
		if len(left) == 0 || len(right) == 0 {
			return fmt.Errorf("%s are no matrices", times(left, right))
		}
		vector, column := len(left) == 1, len(right) == 1
		if vector {
			left = []int64{1, left[0]}
		}
		if column {
			right = []int64{right[0], 1}
		}
		lefts, rights := left[:len(left)-2], right[:len(right)-2]
		rows, inner, columns := left[len(left)-2], left[len(left)-1], right[len(right)-1]
		if inner != right[len(right)-2] {
			return fmt.Errorf("%s cannot be multiplied", times(n.dims(a), n.dims(b)))
		}
		batch, err := broadcast(lefts, rights)
		if err != nil {
			return err
		}
		if err := checkDims(slices.Concat(batch, []int64{rows, columns})); err != nil {
			return err
		}
		dims := slices.Clone(batch)
		if !vector {
			dims = append(dims, rows)
		}
		if !column {
			dims = append(dims, columns)
		}
		n.set(0, dims)
		n.quantized()
		p := matrices{rows: rows, inner: inner, columns: columns}
		p.all, _ = product(batch)
		p.lefts, _ = product(lefts)
		p.rights, _ = product(rights)
		return n.matrices(n.in[a], n.in[b], p)
	}
}

// einsum is read where it is a product of matrices: letters of both operands and
// the result count products, letters of both operands alone are summed over, and
// each other letter is of one operand and the result. With one operand it moves
// elements, and adds those that come to lie on each other.
func einsum(n *call) error {
	left, right, result, err := n.equation()
	if err != nil {
		return err
	}
	size := map[rune]int64{}
	for i, term := range []string{left, right} {
		for k, letter := range term {
			other, met := size[letter]
			if met && other != n.dims(i)[k] {
				return fmt.Errorf("sizes %d and %d of %c", other, n.dims(i)[k], letter)
			}
			size[letter] = n.dims(i)[k]
		}
	}
	dims := []int64{}
	for _, letter := range result {
		if _, met := size[letter]; !met {
			return fmt.Errorf("the result has %c, which no operand has", letter)
		}
		dims = append(dims, size[letter])
	}
	if err := checkDims(dims); err != nil {
		return err
	}
	n.set(0, dims)
	if len(n.in) == 1 {
		n.steps = n.firstInput()
		return nil
	}
	p := matrices{1, 1, 1, 1, 1, 1}
	for letter, s := range size {
		inLeft, inRight, inResult := strings.ContainsRune(left, letter), strings.ContainsRune(right, letter), strings.ContainsRune(result, letter)
		switch {
		case inLeft && inRight && inResult:
			p.all *= s
		case inLeft && inRight:
			p.inner *= s
		case inLeft && inResult:
			p.rows *= s
		case inRight && inResult:
			p.columns *= s
		default: // summed over before
			return errUnread
		}
	}
	p.lefts, p.rights = p.all, p.all
	return n.matrices(n.in[0], n.in[1], p)
}

// equation is that of an einsum with one operand or two, each with a letter for a
// dimension.
func (n *call) equation() (left, right, result string, err error) {
	equation := strings.ReplaceAll(n.text("equation", ""), " ", "")
	terms, result, explicit := strings.Cut(equation, "->")
	left, right, two := strings.Cut(terms, ",")
	if two != (len(n.in) == 2) || len(n.in) > 2 || strings.Trim(left+right+result, letters) != "" {
		return "", "", "", errUnread
	}
	for i, term := range []string{left, right}[:len(n.in)] {
		if v := n.in[i]; v == nil || !v.known || len(v.dims) != len(term) {
			return "", "", "", fmt.Errorf("equation %s, of which operand %d has other dimensions, or unknown ones", quote(equation), i+1)
		}
	}
	if !explicit { // letters that stand once, by the alphabet
		for _, letter := range letters {
			if strings.Count(terms, string(letter)) == 1 {
				result += string(letter)
			}
		}
	}
	for _, term := range []string{left, right, result} {
		for _, letter := range term {
			if strings.Count(term, string(letter)) > 1 { // a diagonal
				return "", "", "", errUnread
			}
		}
	}
	return left, right, result, nil
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// recurrent is a network with so many gates: a product of the inputs of all time
// steps and, one step after another, a product of what it put out before. An
// element of its state takes so many further steps of arithmetic.
func recurrent(gates int64, steps float64) func(n *call) error {
	return func(n *call) error {
		x, w, r := n.dims(0), n.dims(1), n.dims(2)
		if len(x) != 3 || len(w) != 3 || len(r) != 3 || w[0] != r[0] || w[1] != gates*r[2] || r[1] != w[1] || x[2] != w[2] {
			return fmt.Errorf("weights of %s for %s", times(w, r), times(x))
		}
		time, batch, directions, hidden := x[0], x[1], w[0], r[2]
		all, last := []int64{time, directions, batch, hidden}, []int64{directions, batch, hidden}
		if n.integer("layout", 0) != 0 {
			time, batch = batch, time
			all, last = []int64{batch, time, directions, hidden}, []int64{batch, directions, hidden}
		}
		if err := checkDims(all); err != nil {
			return err
		}
		n.set(0, all)
		n.set(1, last)
		n.set(2, last)
		count, _ := product(all)
		n.steps = steps * float64(count)
		if n.operand(7) != nil { // three peepholes: a product and a sum each
			n.steps += 6 * float64(count)
		}
		if err := n.layer(" inputs", n.in[0], n.in[1], time*batch, x[2], w[1], directions, ""); err != nil {
			return err
		}
		state := &value{static: n.static()} // what it put out before
		return n.layer(" recurrent", state, n.in[2], time*batch, hidden, w[1], directions,
			fmt.Sprintf("%d steps, each of which waits for the one before it", time))
	}
}
