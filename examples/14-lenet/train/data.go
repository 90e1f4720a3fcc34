package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"xbar/sim/workload/idx"
)

const (
	side = 28 // of Fashion-MNIST's images, in pixels
	size = side * side
)

// dataset is labelled grey images.
type dataset struct {
	pixels []uint8 // image by image, row by row
	labels []uint8
}

// load reads one half of a data set, "train" or "t10k".
func load(folder, half string) (*dataset, error) {
	return read(filepath.Join(folder, half+"-images-idx3-ubyte.gz"), filepath.Join(folder, half+"-labels-idx1-ubyte.gz"))
}

func read(images, labels string) (*dataset, error) {
	x, err := idx.ReadFile[uint8](images)
	if err != nil {
		return nil, err
	}
	y, err := idx.ReadFile[uint8](labels)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(x.Dims, []int{len(y.Data), side, side}) || len(y.Dims) != 1 {
		return nil, fmt.Errorf("%s: images of dimensions %v with labels of dimensions %v", images, x.Dims, y.Dims)
	}
	return &dataset{pixels: x.Data, labels: y.Data}, nil
}

func (d *dataset) len() int { return len(d.labels) }

func (d *dataset) image(i int) []uint8 { return d.pixels[i*size : (i+1)*size] }

// batch gives the images of the given indices as rows of values in 0…1, those that
// mirrored marks from right to left, and their labels.
func (d *dataset) batch(indices []int, mirrored []bool) (x []float32, labels []uint8) {
	x = make([]float32, 0, len(indices)*size)
	for i, index := range indices {
		image := d.image(index)
		for j := range image {
			if mirrored[i] {
				j += side - 1 - 2*(j%side)
			}
			x = append(x, float32(image[j])/255)
		}
		labels = append(labels, d.labels[index])
	}
	return x, labels
}
