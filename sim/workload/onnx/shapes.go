package onnx

import (
	"fmt"
	"math"
	"slices"
)

func reshape(n *call) error {
	want, given, known := n.settings("shape", 1)
	switch {
	case !given:
		return fmt.Errorf("no shape")
	case !known:
		return nil
	case len(want) > maxRank:
		return fmt.Errorf("%d dimensions; at most %d are read", len(want), maxRank)
	}
	from := n.dims(0)
	dims := slices.Clone(want)
	open := -1
	for i, size := range dims {
		switch {
		case size == 0 && n.integer("allowzero", 0) == 0:
			if i >= len(from) {
				return fmt.Errorf("dimension %d of the shape is 0, as that of the operand, which has %d dimensions", i, len(from))
			}
			dims[i] = from[i]
		case size == -1 && open < 0:
			open, dims[i] = i, 1
		}
	}
	if err := checkDims(dims); err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	all, _ := product(from)
	rest, _ := product(dims)
	if open >= 0 && rest > 0 {
		dims[open] = all / rest
		rest *= dims[open]
	}
	if rest != all {
		return fmt.Errorf("%s cannot be written as %v", times(from), want)
	}
	n.set(0, dims)
	n.pass()
	return nil
}

func flatten(n *call) error {
	from := n.dims(0)
	axis := n.integer("axis", 1)
	if axis < 0 {
		axis += int64(len(from))
	}
	if axis < 0 || axis > int64(len(from)) {
		return fmt.Errorf("axis %d of %d dimensions", n.integer("axis", 1), len(from))
	}
	rows, _ := product(from[:axis])
	columns, _ := product(from[axis:])
	n.set(0, []int64{rows, columns})
	n.pass()
	return nil
}

func squeeze(n *call) error {
	axes, given, known := n.settings("axes", 1)
	if !known {
		return nil
	}
	marked, err := axesOf(axes, len(n.dims(0)))
	if err != nil {
		return err
	}
	dims := []int64{}
	for i, size := range n.dims(0) {
		switch {
		case !given && size == 1:
		case !marked[i]:
			dims = append(dims, size)
		case size != 1:
			return fmt.Errorf("dimension %d is %d and not 1", i, size)
		}
	}
	n.set(0, dims)
	n.pass()
	return nil
}

func unsqueeze(n *call) error {
	axes, _, known := n.settings("axes", 1)
	if !known {
		return nil
	}
	rank := len(n.dims(0)) + len(axes)
	if rank > maxRank {
		return fmt.Errorf("%d dimensions; at most %d are read", rank, maxRank)
	}
	marked, err := axesOf(axes, rank)
	if err != nil {
		return err
	}
	dims := make([]int64, rank)
	next := 0
	for i := range dims {
		if dims[i] = 1; !marked[i] {
			dims[i] = n.dims(0)[next]
			next++
		}
	}
	n.set(0, dims)
	n.pass()
	return nil
}

func transpose(n *call) error {
	from := n.dims(0)
	order := make([]int64, len(from))
	for i := range order {
		order[i] = int64(len(from) - 1 - i)
	}
	if a := n.attribute("perm"); a != nil {
		order = a.ints
	}
	if _, err := axesOf(order, len(from)); err != nil || len(order) != len(from) {
		return fmt.Errorf("perm = %v of %d dimensions", order, len(from))
	}
	dims := make([]int64, len(from))
	axes := make([]int, len(from))
	for i, a := range order {
		axes[i], _ = axisOf(a, len(from))
		dims[i] = from[axes[i]]
	}
	n.set(0, dims)
	source := make([]int64, len(from))
	n.pick(func(at []int64) (int, int64) {
		for i, axis := range axes {
			source[axis] = at[i]
		}
		return 0, offset(from, source)
	})
	return nil
}

// joined is the sizes of operands that are put behind each other.
func (n *call) joined(operands []*value) ([]int64, error) {
	first := operands[0].dims
	axis, err := n.axis("axis", 1, len(first)) // before opset 4 it could be left out
	if err != nil {
		return nil, err
	}
	dims := slices.Clone(first)
	for _, v := range operands[1:] {
		if len(v.dims) != len(first) {
			return nil, fmt.Errorf("sizes %s do not fit each other", times(first, v.dims))
		}
		for i, size := range v.dims {
			switch {
			case i == axis:
				dims[i] += size
			case size != first[i]:
				return nil, fmt.Errorf("sizes %s do not fit each other", times(first, v.dims))
			}
		}
	}
	return dims, nil
}

func concat(n *call) error {
	if !n.allKnown(n.in) {
		return nil
	}
	dims, err := n.joined(n.in)
	if err != nil {
		return err
	}
	n.set(0, dims)
	axis, _ := n.axis("axis", 1, len(dims))
	source := make([]int64, len(dims))
	n.pick(func(at []int64) (int, int64) {
		copy(source, at)
		operand := 0
		for source[axis] >= n.dims(operand)[axis] {
			source[axis] -= n.dims(operand)[axis]
			operand++
		}
		return operand, offset(n.dims(operand), source)
	})
	return nil
}

// allKnown says whether all operands are there with their sizes; if not, the
// results are not known either.
func (n *call) allKnown(operands []*value) bool {
	for _, v := range operands {
		switch {
		case v == nil:
			n.stop(n.String() + " lacks an operand")
			return false
		case !v.known:
			n.stop(v.why)
			return false
		}
	}
	return true
}

// qlinearConcat has a scale and a zero point before, and behind each operand
// those of the operand.
func qlinearConcat(n *call) error {
	var operands []*value
	for i := 2; i < len(n.in); i += 3 {
		operands = append(operands, n.in[i])
	}
	if !n.allKnown(operands) {
		return nil
	}
	dims, err := n.joined(operands)
	if err != nil {
		return err
	}
	n.set(0, dims).dtype = operands[0].dtype
	return nil
}

// cut is the part of a dimension that a slice takes.
type cut struct{ start, step, count int64 }

func slice(n *call) error {
	from := n.dims(0)
	starts, given, knownStarts := n.settings("starts", 1)
	ends, _, knownEnds := n.settings("ends", 2)
	axes, some, knownAxes := n.settings("axes", 3)
	steps, stepped, knownSteps := n.settings("steps", 4)
	if !knownStarts || !knownEnds || !knownAxes || !knownSteps {
		return nil
	}
	if !some {
		for i := range starts {
			axes = append(axes, int64(i))
		}
	}
	if !given || len(ends) != len(starts) || len(axes) != len(starts) || stepped && len(steps) != len(starts) {
		return fmt.Errorf("%d starts, %d ends, %d axes and %d steps", len(starts), len(ends), len(axes), len(steps))
	}
	if _, err := axesOf(axes, len(from)); err != nil {
		return err
	}
	dims := slices.Clone(from)
	cuts := make([]cut, len(from))
	for i := range cuts {
		cuts[i] = cut{0, 1, from[i]}
	}
	for i, a := range axes {
		axis, _ := axisOf(a, len(from))
		step := int64(1)
		if stepped {
			step = max(-largest, min(steps[i], largest))
		}
		if step == 0 {
			return fmt.Errorf("a step of 0")
		}
		cuts[axis] = cutOf(from[axis], starts[i], ends[i], step)
		dims[axis] = cuts[axis].count
	}
	n.set(0, dims)
	source := make([]int64, len(from))
	n.pick(func(at []int64) (int, int64) {
		for i, c := range cuts {
			source[i] = c.start + at[i]*c.step
		}
		return 0, offset(from, source)
	})
	return nil
}

// cutOf is what [start:end:step] takes of a dimension, as NumPy has it.
func cutOf(size, start, end, step int64) cut {
	low, high := int64(0), size
	if step < 0 {
		low, high = -1, size-1
	}
	clamp := func(x int64) int64 {
		if x < 0 {
			x += size
		}
		return max(low, min(x, high))
	}
	start, end = clamp(start), clamp(end)
	switch {
	case step > 0 && end > start:
		return cut{start, step, (end-start-1)/step + 1}
	case step < 0 && start > end:
		return cut{start, step, (start-end-1)/-step + 1}
	}
	return cut{0, 1, 0}
}

func split(n *call) error {
	from := n.dims(0)
	axis, err := n.axis("axis", 0, len(from))
	if err != nil {
		return err
	}
	parts, given, known := n.settings("split", 1)
	if !known {
		return nil
	}
	if !given {
		parts = even(from[axis], int64(len(n.out)))
	}
	all := int64(0)
	for _, size := range parts {
		if size < 0 || size > largest {
			return fmt.Errorf("a part of %d", size)
		}
		all += size
	}
	if len(parts) != len(n.out) || all != from[axis] {
		return fmt.Errorf("dimension %d of %s cannot be split into %v", axis, times(from), parts)
	}
	for i, size := range parts {
		dims := slices.Clone(from)
		dims[axis] = size
		n.set(i, dims).dtype = n.in[0].dtype
	}
	n.splitData(axis, parts)
	return nil
}

// even are parts of one size, of which the last may be smaller.
func even(size, parts int64) []int64 {
	list := make([]int64, parts)
	for i := range list {
		part := (size + parts - 1) / parts
		list[i] = max(0, min(part, size-int64(i)*part))
	}
	return list
}

// splitData gives the parts of a list of numbers theirs.
func (n *call) splitData(axis int, parts []int64) {
	data, ok := n.in[0].numbers()
	if !ok || len(n.dims(0)) != 1 {
		return
	}
	for i, size := range parts {
		if n.out[i].static {
			n.out[i].data = data[:size:size]
		}
		data = data[size:]
	}
}

func gather(n *call) error {
	from, indices := n.dims(0), n.dims(1)
	axis, err := n.axis("axis", 0, len(from))
	if err != nil {
		return err
	}
	dims := slices.Concat(from[:axis], indices, from[axis+1:])
	n.set(0, dims)
	source := make([]int64, len(from))
	n.pick(func(at []int64) (int, int64) {
		index := n.in[1].data[offset(indices, at[axis:axis+len(indices)])].i
		if index < 0 {
			index += from[axis]
		}
		if index < 0 || index >= from[axis] {
			return 0, -1
		}
		copy(source, at[:axis])
		source[axis] = index
		copy(source[axis+1:], at[axis+len(indices):])
		return 0, offset(from, source)
	})
	return nil
}

func likeSecond(n *call) error {
	n.set(0, n.dims(1))
	return nil
}

func gatherND(n *call) error {
	from, indices := n.dims(0), n.dims(1)
	batch := n.integer("batch_dims", 0)
	if len(indices) == 0 || batch < 0 || batch >= int64(len(indices)) || indices[len(indices)-1] > int64(len(from))-batch {
		return fmt.Errorf("indices %s of %s", times(indices), times(from))
	}
	last := len(indices) - 1
	n.set(0, slices.Concat(indices[:last], from[batch+indices[last]:]))
	return nil
}

func expand(n *call) error {
	shape, given, known := n.settings("shape", 1)
	if !known || !given {
		return nil
	}
	if err := checkDims(shape); err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	dims, err := broadcast(n.dims(0), shape)
	if err != nil {
		return err
	}
	n.set(0, dims)
	n.pick(func(at []int64) (int, int64) { return 0, offset(n.dims(0), at) })
	return nil
}

func tile(n *call) error {
	from := n.dims(0)
	repeats, given, known := n.settings("repeats", 1)
	if !known || !given {
		return nil
	}
	if len(n.in) == 3 { // before opset 6: so many along one axis
		return tileAlong(n)
	}
	if len(repeats) != len(from) {
		return fmt.Errorf("%d repeats of %d dimensions", len(repeats), len(from))
	}
	dims := make([]int64, len(from))
	for i, r := range repeats {
		if r < 0 || r > largest {
			return fmt.Errorf("%d repeats", r)
		}
		dims[i] = from[i] * r
	}
	n.set(0, dims)
	source := make([]int64, len(from))
	n.pick(func(at []int64) (int, int64) {
		for i := range at {
			source[i] = at[i] % from[i]
		}
		return 0, offset(from, source)
	})
	return nil
}

func tileAlong(n *call) error {
	repeats, known := n.in[1].integers()
	axes, also := n.operand(2).integers()
	if !known || !also || len(repeats) != 1 || len(axes) != 1 {
		return nil
	}
	axis, err := axisOf(axes[0], len(n.dims(0)))
	if err != nil {
		return err
	}
	if repeats[0] < 0 || repeats[0] > largest {
		return fmt.Errorf("%d repeats", repeats[0])
	}
	dims := slices.Clone(n.dims(0))
	dims[axis] *= repeats[0]
	n.set(0, dims)
	return nil
}

func pad(n *call) error {
	from := n.dims(0)
	name := "pads"
	if n.attribute("paddings") != nil {
		name = "paddings"
	}
	pads, given, known := n.settings(name, 1)
	axes, some, knownAxes := n.settings("axes", 3)
	if !known || !given || !knownAxes {
		return nil
	}
	if !some {
		for i := range from {
			axes = append(axes, int64(i))
		}
	}
	if len(pads) != 2*len(axes) {
		return fmt.Errorf("%d pads of %d dimensions", len(pads), len(axes))
	}
	if _, err := axesOf(axes, len(from)); err != nil {
		return err
	}
	dims := slices.Clone(from)
	for i, a := range axes {
		before, after := pads[i], pads[len(axes)+i]
		if max(before, after) > largest || min(before, after) < -largest {
			return fmt.Errorf("pads of %d and %d", before, after)
		}
		axis, _ := axisOf(a, len(from))
		dims[axis] += before + after
	}
	n.set(0, dims)
	return nil
}

// blocks is the sizes of images of which squares of blocksize pixels become
// channels, or the other way round.
func (n *call) blocks() (dims []int64, size int64, err error) {
	dims, size = slices.Clone(n.dims(0)), n.integer("blocksize", 0)
	if len(dims) != 4 || size < 1 || size > 1<<15 {
		return nil, 0, fmt.Errorf("blocksize = %d of %s", size, times(dims))
	}
	return dims, size, nil
}

func depthToSpace(n *call) error {
	dims, size, err := n.blocks()
	if err != nil {
		return err
	}
	if dims[1]%(size*size) != 0 {
		return fmt.Errorf("blocksize = %d of %s", size, times(dims))
	}
	n.set(0, []int64{dims[0], dims[1] / (size * size), dims[2] * size, dims[3] * size})
	return nil
}

func spaceToDepth(n *call) error {
	dims, size, err := n.blocks()
	if err != nil {
		return err
	}
	if dims[2]%size != 0 || dims[3]%size != 0 {
		return fmt.Errorf("blocksize = %d of %s", size, times(dims))
	}
	n.set(0, []int64{dims[0], dims[1] * size * size, dims[2] / size, dims[3] / size})
	return nil
}

// resize has its scales in an attribute (opset 7), in the second operand (9 and
// 10), or in the third, unless sizes are in the fourth (11).
func resize(n *call) error {
	from := n.dims(0)
	axes := []int64{}
	for i := range from {
		axes = append(axes, int64(i))
	}
	if a := n.attribute("axes"); a != nil {
		axes = a.ints
	}
	if _, err := axesOf(axes, len(from)); err != nil {
		return err
	}
	if sizes := n.operand(3); sizes != nil && len(sizes.dims) > 0 {
		return n.resizeTo(axes, sizes)
	}
	scales, known := n.scales()
	if !known {
		return nil
	}
	if len(scales) != len(axes) {
		return fmt.Errorf("%d scales of %d dimensions", len(scales), len(axes))
	}
	dims := slices.Clone(from)
	region := n.region(len(axes))
	for i, scale := range scales {
		axis, _ := axisOf(axes[i], len(from))
		size := math.Floor(float64(float32(from[axis]) * region[i] * scale)) // as runtimes do, in 32 bits
		if !(size >= 0 && size <= largest) {
			return fmt.Errorf("a scale of %v", scale)
		}
		dims[axis] = int64(size)
	}
	n.set(0, dims)
	return nil
}

func (n *call) resizeTo(axes []int64, given *value) error {
	sizes, known := given.integers()
	if !known {
		return nil
	}
	if len(sizes) != len(axes) {
		return fmt.Errorf("%d sizes of %d dimensions", len(sizes), len(axes))
	}
	dims := slices.Clone(n.dims(0))
	policy := n.text("keep_aspect_ratio_policy", "stretch")
	scale := 0.0
	for i, a := range axes {
		axis, _ := axisOf(a, len(dims))
		s := float64(sizes[i]) / float64(dims[axis])
		if i == 0 || policy == "not_larger" && s < scale || policy == "not_smaller" && s > scale {
			scale = s
		}
	}
	for i, a := range axes {
		axis, _ := axisOf(a, len(dims))
		if policy == "stretch" {
			dims[axis] = sizes[i]
			continue
		}
		size := math.Floor(scale*float64(dims[axis]) + 0.5)
		if !(size >= 0 && size <= largest) {
			return fmt.Errorf("sizes %v", sizes)
		}
		dims[axis] = int64(size)
	}
	n.set(0, dims)
	return nil
}

func (n *call) scales() (list []float32, known bool) {
	if a := n.attribute("scales"); a != nil {
		return a.floats, true
	}
	at := 2
	if len(n.in) == 2 {
		at = 1
	}
	data, known := n.operand(at).numbers()
	for _, x := range data {
		list = append(list, float32(x.f))
	}
	return list, known
}

// region is the share of each dimension that is resized.
func (n *call) region(rank int) []float32 {
	shares := slices.Repeat([]float32{1}, rank)
	if n.text("coordinate_transformation_mode", "") != "tf_crop_and_resize" {
		return shares
	}
	if corners, known := n.operand(1).numbers(); known && len(corners) == 2*rank {
		for i := range shares {
			shares[i] = float32(corners[rank+i].f - corners[i].f)
		}
	}
	return shares
}

func topK(n *call) error {
	from := n.dims(0)
	axis, err := n.axis("axis", -1, len(from))
	if err != nil {
		return err
	}
	var k []int64
	if a := n.attribute("k"); a != nil {
		k = []int64{a.i}
	} else if list, known := n.operand(1).integers(); known {
		k = list
	} else {
		return nil
	}
	if len(k) != 1 || k[0] < 0 || k[0] > from[axis] {
		return fmt.Errorf("the largest %v of %d", k, from[axis])
	}
	dims := slices.Clone(from)
	dims[axis] = k[0]
	n.set(0, dims)
	n.set(1, dims).dtype = tInt64
	return nil
}

func oneHot(n *call) error {
	depth, known := n.operand(1).numbers()
	if !known || len(depth) != 1 {
		return nil
	}
	axis, err := n.axis("axis", -1, len(n.dims(0))+1)
	if err != nil {
		return err
	}
	size := depth[0].i + int64(max(-1, min(depth[0].f, largest)))
	out := n.set(0, slices.Insert(slices.Clone(n.dims(0)), axis, size))
	if values := n.operand(2); values != nil {
		out.dtype = values.dtype
	}
	return nil
}

func gridSample(n *call) error {
	x, grid := n.dims(0), n.dims(1)
	if len(x) < 3 || len(grid) != len(x) {
		return fmt.Errorf("a grid of %s for %s", times(grid), times(x))
	}
	n.set(0, slices.Concat(x[:2], grid[1:len(grid)-1]))
	return nil
}

// shapeOf does not wait for the elements of its operand.
func shapeOf(n *call) error {
	from := n.dims(0)
	rank := int64(len(from))
	c := cutOf(rank, n.integer("start", 0), n.integer("end", rank), 1)
	v := n.set(0, []int64{c.count})
	v.dtype, v.static, v.data = tInt64, true, []number{}
	for _, size := range from[c.start : c.start+c.count] {
		v.data = append(v.data, number{i: size})
	}
	return nil
}

func sizeOf(n *call) error {
	size, _ := product(n.dims(0))
	v := n.set(0, []int64{})
	v.dtype, v.static, v.data = tInt64, true, []number{{i: size}}
	return nil
}

func constant(n *call) error {
	for _, a := range n.attributes {
		v := &value{dtype: tFloat, dims: []int64{}, data: []number{}}
		switch a.name {
		case "value", "sparse_value":
			if a.t == nil {
				return fmt.Errorf("no tensor")
			}
			v = a.t.value()
		case "value_float":
			v.data = []number{{f: float64(a.f)}}
		case "value_int":
			v.dtype, v.data = tInt64, []number{{i: a.i}}
		case "value_floats":
			v.dims = []int64{int64(len(a.floats))}
			for _, f := range a.floats[:min(len(a.floats), maxData)] {
				v.data = append(v.data, number{f: float64(f)})
			}
		case "value_ints":
			v.dtype, v.dims = tInt64, []int64{int64(len(a.ints))}
			for _, x := range a.ints[:min(len(a.ints), maxData)] {
				v.data = append(v.data, number{i: x})
			}
		case "value_string":
			v.dtype = tString
		case "value_strings":
			return nil
		default:
			continue
		}
		out := n.set(0, v.dims)
		out.dtype, out.tensor = v.dtype, v.tensor
		if count, _ := product(v.dims); int64(len(v.data)) == count {
			out.data = v.data
		}
		return nil
	}
	return fmt.Errorf("no value that is read")
}

func constantOfShape(n *call) error {
	dims, known := n.in[0].integers()
	if !known {
		return nil
	}
	if err := checkDims(dims); err != nil {
		return fmt.Errorf("shape: %w", err)
	}
	v := n.set(0, dims)
	v.dtype = tFloat
	fill := number{}
	if a := n.attribute("value"); a != nil && a.t != nil {
		v.dtype = a.t.dtype
		data := a.t.numbers()
		if len(data) != 1 {
			return nil
		}
		fill = data[0]
	}
	n.compute(1, func([]int64, [][]number) (number, bool) { return fill, true })
	return nil
}

// sequence is Range: start, limit, step.
func sequence(n *call) error {
	var x [3]number
	for i := range x {
		data, known := n.in[i].numbers()
		if !known || len(data) != 1 {
			return nil
		}
		x[i] = data[0]
	}
	float := isFloat(n.in[0].dtype)
	count := math.Ceil((x[1].f - x[0].f) / x[2].f)
	if !float {
		count = math.Ceil((float64(x[1].i) - float64(x[0].i)) / float64(x[2].i))
	}
	if !(count <= largest) {
		return fmt.Errorf("%v numbers", count)
	}
	n.set(0, []int64{int64(max(count, 0))})
	n.compute(3, func(at []int64, _ [][]number) (number, bool) {
		return number{i: x[0].i + at[0]*x[2].i, f: x[0].f + float64(at[0])*x[2].f}, true
	})
	return nil
}

func eyeLike(n *call) error {
	v := n.set(0, n.dims(0))
	v.static = true
	v.dtype = n.integer("dtype", n.in[0].dtype)
	return nil
}
