package npy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Array is numbers in rows: the last dimension runs fastest, whatever the file's
// order. No shape is one number.
type Array struct {
	Shape   []int
	Data    []float64
	Integer bool // the elements are whole numbers by type
}

const (
	magic       = "\x93NUMPY"
	mostHeader  = 1 << 16
	mostNumbers = 1 << 28
)

// Read reads one array. Integers beyond 2^53 lose their last digits.
func Read(r io.Reader) (*Array, error) {
	text, err := readHeader(r)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	a := &Array{Shape: h.shape, Integer: h.kind != 'f'}
	n, err := a.numbers()
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if a.Data, err = h.elements(r, n); err != nil {
		return nil, fmt.Errorf("npy: %d numbers of shape %v: %w", n, h.shape, err)
	}
	if h.columns {
		a.reorder()
	}
	return a, nil
}

// ReadFile reads a file that holds one array and nothing else.
func ReadFile(path string) (*Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	a, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: npy: more bytes than its shape %v has", path, a.Shape)
	}
	return a, nil
}

func readHeader(r io.Reader) (string, error) {
	start := make([]byte, len(magic)+2)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(magic)]) != magic {
		return "", errors.New("no NPY file: it does not start with \\x93NUMPY")
	}
	width := 2
	switch major := start[len(magic)]; major {
	case 1:
	case 2, 3:
		width = 4
	default:
		return "", fmt.Errorf("version %d is not known, 1 to 3 are", major)
	}
	size := make([]byte, 4)
	if _, err := io.ReadFull(r, size[:width]); err != nil {
		return "", errors.New("it ends in its header")
	}
	n := binary.LittleEndian.Uint32(size)
	if n > mostHeader {
		return "", fmt.Errorf("a header of %d bytes; at most %d are read", n, mostHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", errors.New("it ends in its header")
	}
	return string(text), nil
}

// header is what a file says of its elements.
type header struct {
	order   binary.ByteOrder
	kind    byte // 'f', 'i', 'u' or 'b'
	size    int  // bytes of an element
	columns bool // the first dimension runs fastest
	shape   []int
}

var (
	descr   = regexp.MustCompile(`'descr'\s*:\s*'([^']*)'`)
	element = regexp.MustCompile(`^([<>=|]?)([fiub])([1248])$`)
	fortran = regexp.MustCompile(`'fortran_order'\s*:\s*(True|False)`)
	shape   = regexp.MustCompile(`'shape'\s*:\s*\(([\d\s,L]*)\)`)
)

func parseHeader(text string) (h header, err error) {
	d, f, s := descr.FindStringSubmatch(text), fortran.FindStringSubmatch(text), shape.FindStringSubmatch(text)
	if d == nil || f == nil || s == nil {
		return h, fmt.Errorf("its header %q has no descr, fortran_order and shape that are read", strings.TrimSpace(text))
	}
	e := element.FindStringSubmatch(d[1])
	if e == nil || e[2] == "f" && e[3] == "1" || e[2] == "b" && e[3] != "1" {
		return h, fmt.Errorf("elements of type %q; numbers of 1 to 8 bytes are read", d[1])
	}
	h.order = binary.LittleEndian
	if e[1] == ">" {
		h.order = binary.BigEndian
	}
	h.kind, h.size, h.columns = e[2][0], int(e[3][0]-'0'), f[1] == "True"
	for _, dimension := range strings.Split(s[1], ",") {
		dimension = strings.TrimRight(strings.TrimSpace(dimension), "L")
		if dimension == "" {
			continue
		}
		n, err := strconv.Atoi(dimension)
		if err != nil {
			return h, fmt.Errorf("a dimension of %s", dimension)
		}
		h.shape = append(h.shape, n)
	}
	return h, nil
}

// numbers is how many elements the shape has.
func (a *Array) numbers() (int, error) {
	n := 1
	for _, d := range a.Shape {
		if d > 0 && n > mostNumbers/d {
			return 0, fmt.Errorf("shape %v has more than %d numbers", a.Shape, mostNumbers)
		}
		n *= d
	}
	return n, nil
}

// elements reads n of them, a piece at a time: a file may promise more than it has.
func (h *header) elements(r io.Reader, n int) ([]float64, error) {
	var data []float64
	piece := make([]byte, min(n, 1<<16)*h.size)
	for len(data) < n {
		bytes := piece[:min(n-len(data), 1<<16)*h.size]
		if _, err := io.ReadFull(r, bytes); err != nil {
			return nil, errors.New("the file ends before its last number")
		}
		for ; len(bytes) > 0; bytes = bytes[h.size:] {
			data = append(data, h.number(bytes[:h.size]))
		}
	}
	return data, nil
}

func (h *header) number(b []byte) float64 {
	var u uint64
	switch h.size {
	case 1:
		u = uint64(b[0])
	case 2:
		u = uint64(h.order.Uint16(b))
	case 4:
		u = uint64(h.order.Uint32(b))
	default:
		u = h.order.Uint64(b)
	}
	switch h.kind {
	case 'f':
		return float(u, h.size)
	case 'i':
		shift := 64 - 8*h.size
		return float64(int64(u<<shift) >> shift)
	}
	return float64(u)
}

func float(u uint64, size int) float64 {
	switch size {
	case 2:
		return half(uint16(u))
	case 4:
		return float64(math.Float32frombits(uint32(u)))
	}
	return math.Float64frombits(u)
}

// half is a number of IEEE 754 in 16 bits.
func half(u uint16) float64 {
	sign := 1.0
	if u>>15 == 1 {
		sign = -1
	}
	exponent, fraction := int(u>>10&31), float64(u&1023)
	switch {
	case exponent == 31 && fraction == 0:
		return math.Inf(int(sign))
	case exponent == 31:
		return math.NaN()
	case exponent == 0:
		return sign * math.Ldexp(fraction, -24)
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// reorder puts elements whose first dimension runs fastest in order.
func (a *Array) reorder() {
	data := make([]float64, len(a.Data))
	at := make([]int, len(a.Shape))
	for _, x := range a.Data {
		to := 0
		for k, i := range at {
			to = to*a.Shape[k] + i
		}
		data[to] = x
		for k := range at {
			if at[k]++; at[k] < a.Shape[k] {
				break
			}
			at[k] = 0
		}
	}
	a.Data = data
}

// Write writes an array of 64-bit floating-point numbers, as numpy.save does.
func (a *Array) Write(w io.Writer) error {
	if n, err := a.numbers(); err != nil || n != len(a.Data) {
		return fmt.Errorf("npy: %d numbers of shape %v", len(a.Data), a.Shape)
	}
	dimensions := make([]string, len(a.Shape))
	for i, d := range a.Shape {
		dimensions[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dimensions, ", ")
	if len(a.Shape) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", shape)
	const align = 64
	start := len(magic) + 4
	text += strings.Repeat(" ", (align-(start+len(text)+1)%align)%align) + "\n"
	var out bytes.Buffer
	out.WriteString(magic + "\x01\x00")
	out.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(text))))
	out.WriteString(text)
	for _, x := range a.Data {
		out.Write(binary.LittleEndian.AppendUint64(out.AvailableBuffer(), math.Float64bits(x)))
	}
	_, err := out.WriteTo(w)
	return err
}
