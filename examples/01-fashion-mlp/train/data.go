package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gonum.org/v1/gonum/blas/blas32"

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

func imageFile(folder, half string) string {
	return filepath.Join(folder, half+"-images-idx3-ubyte.gz")
}
func labelFile(folder, half string) string {
	return filepath.Join(folder, half+"-labels-idx1-ubyte.gz")
}

// load reads one half of a data set, "train" or "t10k".
func load(folder, half string) (*dataset, error) {
	images, err := idx.ReadFile[uint8](imageFile(folder, half))
	if err != nil {
		return nil, err
	}
	labels, err := idx.ReadFile[uint8](labelFile(folder, half))
	if err != nil {
		return nil, err
	}
	count := len(labels.Data)
	if !slices.Equal(images.Dims, []int{count, side, side}) || len(labels.Dims) != 1 {
		return nil, fmt.Errorf("%s: images of dimensions %v with labels of dimensions %v", half, images.Dims, labels.Dims)
	}
	return &dataset{pixels: images.Data, labels: labels.Data}, nil
}

func (d *dataset) len() int { return len(d.labels) }

func (d *dataset) image(i int) []uint8 { return d.pixels[i*size : (i+1)*size] }

// first is the data set's first n images.
func (d *dataset) first(n int) *dataset {
	return &dataset{d.pixels[:n*size], d.labels[:n]}
}

// batch gives the images of the given indices as rows of values in 0…1, and
// their labels.
func (d *dataset) batch(indices []int) (blas32.General, []uint8) {
	x, labels := newMatrix(len(indices), size), make([]uint8, len(indices))
	for i, index := range indices {
		out := row(x, i)
		for j, pixel := range d.image(index) {
			out[j] = float32(pixel) / 255
		}
		labels[i] = d.labels[index]
	}
	return x, labels
}

// batches are the indices of all images, in their order.
func (d *dataset) batches() [][]int {
	order := make([]int, d.len())
	for i := range order {
		order[i] = i
	}
	return slices.Collect(slices.Chunk(order, batchSize))
}

// write stores the data set as two compressed IDX files.
func (d *dataset) write(folder string) error {
	images := idx.Tensor[uint8]{Dims: []int{d.len(), side, side}, Data: d.pixels}
	if err := writePacked(filepath.Join(folder, "images.idx.gz"), &images); err != nil {
		return err
	}
	labels := idx.Tensor[uint8]{Dims: []int{d.len()}, Data: d.labels}
	return writePacked(filepath.Join(folder, "labels.idx.gz"), &labels)
}

func writePacked(path string, t *idx.Tensor[uint8]) error {
	var file bytes.Buffer
	z, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := t.Write(z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}
