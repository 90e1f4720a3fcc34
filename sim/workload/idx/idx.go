package idx

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// Element is a type that IDX has a code for.
type Element interface {
	uint8 | int8 | int16 | int32 | float32 | float64
}

// Tensor is a dense array; its last dimension runs fastest. Rank 0 is one
// element.
type Tensor[T Element] struct {
	Dims []int
	Data []T // Π Dims
}

var typeNames = map[byte]string{
	0x08: "uint8", 0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64",
}

func typeCode[T Element]() byte {
	switch any(*new(T)).(type) {
	case uint8:
		return 0x08
	case int8:
		return 0x09
	case int16:
		return 0x0B
	case int32:
		return 0x0C
	case float32:
		return 0x0D
	default:
		return 0x0E
	}
}

// ReadFile is [Read] of a whole file; its errors name the file.
func ReadFile[T Element](path string) (*Tensor[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := Read[T](f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// Read reads one tensor and the end of the stream after it. Another element
// type than T, a truncated file and bytes behind the last element are errors.
// Memory grows with the data that is there, not with the size that the header
// claims.
func Read[T Element](r io.Reader) (*Tensor[T], error) {
	in, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	dims, err := readHeader[T](in)
	if err != nil {
		return nil, err
	}
	count, err := elements[T](dims)
	if err != nil {
		return nil, err
	}
	data, err := readData[T](in, count)
	if err != nil {
		return nil, fmt.Errorf("idx: dimensions %v: %w", dims, err)
	}
	return &Tensor[T]{Dims: dims, Data: data}, nil
}

func unpacked(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	magic, _ := in.Peek(2) // too short a file is the header's error
	if len(magic) < 2 || magic[0] != 0x1f || magic[1] != 0x8b {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", truncated(err))
	}
	return z, nil
}

func readHeader[T Element](r io.Reader) ([]int, error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, fmt.Errorf("idx: header: %w", truncated(err))
	}
	code, rank := magic[2], int(magic[3])
	if magic[0] != 0 || magic[1] != 0 || typeNames[code] == "" {
		return nil, fmt.Errorf("idx: % x is not the start of an IDX file", magic)
	}
	if code != typeCode[T]() {
		return nil, fmt.Errorf("idx: elements are %s, want %s", typeNames[code], typeNames[typeCode[T]()])
	}
	sizes := make([]byte, 4*rank)
	if _, err := io.ReadFull(r, sizes); err != nil {
		return nil, fmt.Errorf("idx: header of rank %d: %w", rank, truncated(err))
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = int(binary.BigEndian.Uint32(sizes[4*i:]))
	}
	return dims, nil
}

// elements is Π dims, if that many elements can be addressed.
func elements[T Element](dims []int) (int, error) {
	limit := math.MaxInt / binary.Size(*new(T))
	count := 1
	for _, d := range dims {
		if d < 0 || int64(d) > math.MaxUint32 || (d > 0 && count > limit/d) {
			return 0, fmt.Errorf("idx: dimensions %v are out of range", dims)
		}
		count *= d
	}
	return count, nil
}

func readData[T Element](r io.Reader, count int) ([]T, error) {
	size := binary.Size(*new(T))
	chunk := make([]byte, 1<<16)
	data := make([]T, 0, min(count, len(chunk)/size))
	for len(data) < count {
		have := len(data)
		part := chunk[:size*min(count-have, len(chunk)/size)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("data of %d elements: %w", count, truncated(err))
		}
		data = append(data, make([]T, len(part)/size)...)
		if _, err := binary.Decode(part, binary.BigEndian, data[have:]); err != nil {
			return nil, err
		}
	}
	// One byte more must not be there; asking for it also makes gzip compare
	// its checksum.
	switch n, err := io.ReadFull(r, chunk[:1]); {
	case n > 0:
		return nil, fmt.Errorf("more bytes follow its %d elements", count)
	case err != io.EOF:
		return nil, truncated(err)
	}
	return data, nil
}

func truncated(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the file ends early")
	}
	return err
}

// Write writes the tensor uncompressed. It refuses a shape that does not
// match the data or that the format cannot hold.
func (t *Tensor[T]) Write(w io.Writer) error {
	if len(t.Dims) > math.MaxUint8 {
		return fmt.Errorf("idx: rank %d is above 255", len(t.Dims))
	}
	count, err := elements[T](t.Dims)
	if err != nil {
		return err
	}
	if count != len(t.Data) {
		return fmt.Errorf("idx: dimensions %v, but %d elements", t.Dims, len(t.Data))
	}
	header := []byte{0, 0, typeCode[T](), byte(len(t.Dims))}
	for _, d := range t.Dims {
		header = binary.BigEndian.AppendUint32(header, uint32(d))
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	return binary.Write(w, binary.BigEndian, t.Data)
}
