package onnx

import (
	"errors"
	"fmt"
	"slices"

	"xbar/sim/workload"
)

// window is how a filter slides along one dimension.
type window struct {
	filter, stride, dilation int64
	before, after            int64 // padding
	auto                     string
}

// reach is the filter with its holes.
func (w window) reach() int64 { return (w.filter-1)*w.dilation + 1 }

// windows reads the attributes that convolutions and poolings have in common.
func (n *call) windows(filter []int64) ([]window, error) {
	list := make([]window, len(filter))
	auto := n.text("auto_pad", "NOTSET")
	if auto == "" {
		auto = "NOTSET"
	}
	if !slices.Contains([]string{"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}, auto) {
		return nil, fmt.Errorf("auto_pad = %s", quote(auto))
	}
	strides, err := n.perDimension("strides", 1, 1, len(filter))
	if err != nil {
		return nil, err
	}
	dilations, err := n.perDimension("dilations", 1, 1, len(filter))
	if err != nil {
		return nil, err
	}
	pads, err := n.perDimension("pads", 0, 0, 2*len(filter))
	if err != nil {
		return nil, err
	}
	for i := range list {
		if filter[i] < 1 || filter[i] > largest {
			return nil, fmt.Errorf("a filter of %s", times(filter))
		}
		list[i] = window{filter[i], strides[i], dilations[i], pads[i], pads[len(filter)+i], auto}
		if auto != "NOTSET" {
			list[i].before, list[i].after = 0, 0
		}
	}
	return list, nil
}

// perDimension is an attribute with so many integers.
func (n *call) perDimension(name string, absent, least int64, count int) ([]int64, error) {
	a := n.attribute(name)
	if a == nil || len(a.ints) == 0 && count > 0 {
		return slices.Repeat([]int64{absent}, count), nil
	}
	if len(a.ints) != count {
		return nil, fmt.Errorf("%d %s, and there should be %d", len(a.ints), name, count)
	}
	for _, x := range a.ints {
		if x < least || x > largest {
			return nil, fmt.Errorf("%s of %d", name, x)
		}
	}
	return a.ints, nil
}

var errFilter = errors.New("the filter is larger than the padded input")

// places counts those of the filter along an input, all of it in the padded
// input. With up, one more place may hang over the end, if it does not lie
// beyond the input.
func (w window) places(input int64, up bool) (int64, error) {
	if w.auto == "SAME_UPPER" || w.auto == "SAME_LOWER" {
		return (input + w.stride - 1) / w.stride, nil
	}
	room := input + w.before + w.after - w.reach()
	switch {
	case room < 0 && !(up && room > -w.stride && w.auto == "NOTSET"):
		return 0, errFilter
	case !up || w.auto != "NOTSET":
		return room/w.stride + 1, nil
	}
	count := (room+w.stride-1)/w.stride + 1
	if (count-1)*w.stride >= input+w.before {
		count--
	}
	return count, nil
}

// spread is the output of a transposed convolution: where the filter, laid down
// for each input, reaches.
func (w window) spread(input, extra int64) int64 {
	if w.auto == "SAME_UPPER" || w.auto == "SAME_LOWER" {
		return input * w.stride
	}
	return (input-1)*w.stride + extra + w.reach() - w.before - w.after
}

// sides are windows along the sides of an image, in so many places each.
func (v *value) sides(windows []window, places []int64) (sides []workload.Side) {
	for i, w := range windows {
		before := w.before
		if over := max(0, (places[i]-1)*w.stride+w.reach()-v.dims[2+i]); w.auto == "SAME_UPPER" {
			before = over / 2
		} else if w.auto == "SAME_LOWER" {
			before = over - over/2
		}
		sides = append(sides, workload.Side{
			Size: v.dims[2+i], Windows: places[i], Reach: w.reach(), Taps: w.filter, Stride: w.stride, Before: before,
		})
	}
	return sides
}

// through are windows over an image as they see what the last of so many layers put
// out, if poolings gave the image of it.
func (v *value) through(sides []workload.Side, layers int) []workload.Side {
	if v.origin == nil || v.layers != layers || len(v.origin) != len(sides) {
		return sides
	}
	origin := make([]workload.Side, len(sides))
	for i := range sides {
		origin[i] = sides[i].Through(v.origin[i])
	}
	return origin
}

// window is what the windows of the next of so many layers share of an image.
func (v *value) window(windows []window, places []int64, layers int) workload.Window {
	sides := v.sides(windows, places)
	return workload.NewWindow(sides, v.through(sides, layers), v.dims[1])
}

// image says whether sizes are those of a batch of channels.
func image(dims []int64) error {
	if len(dims) < 3 {
		return fmt.Errorf("%s are no batch of channels", times(dims))
	}
	return nil
}

// pool takes one step for each element of each window.
func pool(n *call) error {
	from := n.dims(0)
	if err := image(from); err != nil {
		return err
	}
	filter := n.attribute("kernel_shape")
	if filter == nil || len(filter.ints) != len(from)-2 {
		return errors.New("no kernel_shape, or one of other dimensions")
	}
	windows, err := n.windows(filter.ints)
	if err != nil {
		return err
	}
	dims := slices.Clone(from)
	size := 1.0
	for i, w := range windows {
		if dims[2+i], err = w.places(from[2+i], n.integer("ceil_mode", 0) != 0); err != nil {
			return err
		}
		size *= float64(w.filter)
	}
	out := n.set(0, dims)
	out.layers = len(n.r.network.Layers)
	out.origin = n.in[0].through(n.in[0].sides(windows, dims[2:]), out.layers)
	if len(n.out) > 1 {
		n.set(1, dims).dtype = tInt64
	}
	n.steps = n.firstOutput() * size
	return nil
}

func globalPool(n *call) error {
	dims := slices.Clone(n.dims(0))
	if err := image(dims); err != nil {
		return err
	}
	for i := range dims[2:] {
		dims[2+i] = 1
	}
	n.set(0, dims)
	return nil
}
