package idx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	t.Run("uint8", roundTrip(rapid.Uint8()))
	t.Run("int8", roundTrip(rapid.Int8()))
	t.Run("int16", roundTrip(rapid.Int16()))
	t.Run("int32", roundTrip(rapid.Int32()))
	t.Run("float32", roundTrip(rapid.Float32()))
	t.Run("float64", roundTrip(rapid.Float64()))
}

func roundTrip[T Element](element *rapid.Generator[T]) func(*testing.T) {
	return rapid.MakeCheck(func(t *rapid.T) {
		dims := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "dims")
		count := 1
		for _, d := range dims {
			count *= d
		}
		want := Tensor[T]{Dims: dims, Data: rapid.SliceOfN(element, count, count).Draw(t, "data")}
		file := encode(t, &want)
		if rapid.Bool().Draw(t, "gzip") {
			file = pack(t, file)
		}
		got, err := Read[T](bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Dims, want.Dims) || !slices.Equal(got.Data, want.Data) {
			t.Fatalf("wrote %v, read %v", want, *got)
		}
		if _, err := Read[T](bytes.NewReader(file[:len(file)-1])); err == nil {
			t.Fatal("a file without its last byte was read")
		}
		if _, err := Read[T](bytes.NewReader(append(file, 0))); err == nil {
			t.Fatal("a file with a byte more was read")
		}
	})
}

// More elements than one chunk holds, so that the chunks are joined in order.
func TestManyChunks(t *testing.T) {
	want := Tensor[int16]{Dims: []int{3, 33333}, Data: make([]int16, 99999)}
	for i := range want.Data {
		want.Data[i] = int16(i * 7919)
	}
	got, err := Read[int16](bytes.NewReader(encode(t, &want)))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Data, want.Data) {
		t.Error("elements differ")
	}
}

// The example of the format's own description: a 2×3 matrix of int32.
func TestLayout(t *testing.T) {
	tensor := Tensor[int32]{Dims: []int{2, 3}, Data: []int32{1, 2, 3, -1, -2, 256}}
	want := []byte{
		0, 0, 0x0C, 2, 0, 0, 0, 2, 0, 0, 0, 3,
		0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0, 0, 1, 0,
	}
	if got := encode(t, &tensor); !bytes.Equal(got, want) {
		t.Errorf("got  % x\nwant % x", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	huge := []byte{0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff, 1, 2, 3}
	overflow := append([]byte{0, 0, 8, 3}, bytes.Repeat([]byte{0xff}, 12)...)
	packed := pack(t, []byte{0, 0, 8, 1, 0, 0, 0, 1, 42})
	corrupt := slices.Clone(packed)
	corrupt[len(corrupt)-8] ^= 1 // checksum
	for _, test := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header: the file ends early"},
		{"short magic", []byte{0, 0, 8}, "header: the file ends early"},
		{"not IDX", []byte("hello"), "68 65 6c 6c is not the start of an IDX file"},
		{"unknown type", []byte{0, 0, 0x0A, 0}, "00 00 0a 00 is not the start of an IDX file"},
		{"other type", []byte{0, 0, 0x0D, 0, 0, 0, 0, 0}, "elements are float32, want uint8"},
		{"short dimensions", []byte{0, 0, 8, 2, 0, 0, 0, 1}, "header of rank 2: the file ends early"},
		{"short data", []byte{0, 0, 8, 1, 0, 0, 0, 3, 1, 2}, "dimensions [3]: data of 3 elements: the file ends early"},
		{"short huge data", huge, "dimensions [4294967295]: data of 4294967295 elements: the file ends early"},
		{"overflow", overflow, "dimensions [4294967295 4294967295 4294967295] are out of range"},
		{"trailing", []byte{0, 0, 8, 1, 0, 0, 0, 1, 1, 2}, "dimensions [1]: more bytes follow its 1 elements"},
		{"short gzip header", packed[:5], "the file ends early"},
		{"short gzip", packed[:len(packed)-1], "the file ends early"},
		{"gzip checksum", corrupt, "gzip: invalid checksum"},
		{"gzip trailing", append(slices.Clone(packed), "junk"...), "the file ends early"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read[uint8](bytes.NewReader(test.file))
			if err == nil || !strings.HasPrefix(err.Error(), "idx: ") || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("got %v, want idx: … %s", err, test.want)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		tensor Tensor[uint8]
		want   string
	}{
		{"shape", Tensor[uint8]{Dims: []int{2, 2}, Data: make([]uint8, 3)}, "idx: dimensions [2 2], but 3 elements"},
		{"negative", Tensor[uint8]{Dims: []int{-1}}, "idx: dimensions [-1] are out of range"},
		{"rank", Tensor[uint8]{Dims: make([]int, 256)}, "idx: rank 256 is above 255"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var file bytes.Buffer
			if err := test.tensor.Write(&file); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if file.Len() > 0 {
				t.Errorf("%d bytes were written", file.Len())
			}
		})
	}
	full := errors.New("disk full")
	tensor := Tensor[uint8]{Data: []uint8{1}}
	for _, room := range []int{0, 4} {
		if err := tensor.Write(&bounded{room, full}); !errors.Is(err, full) {
			t.Errorf("room for %d bytes: got %v", room, err)
		}
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.idx")
	if _, err := ReadFile[int8](path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte{0, 0, 9, 0, 0xfe}, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile[int8](path)
	if err != nil || got.Data[0] != -2 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := ReadFile[uint8](path); err == nil || !strings.HasPrefix(err.Error(), path+": idx: ") {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// Whatever is read is written back as the bytes it came from.
func FuzzRead(f *testing.F) {
	tensor := Tensor[float32]{Dims: []int{2, 1}, Data: []float32{1, float32(math.Inf(-1))}}
	f.Add(encode(f, &tensor))
	f.Add(pack(f, encode(f, &tensor)))
	f.Add([]byte{0, 0, 0x0D, 3, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, file []byte) {
		tensor, err := Read[float32](bytes.NewReader(file))
		if err != nil {
			return
		}
		plain, err := unpacked(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		want, err := io.ReadAll(plain)
		if err != nil {
			t.Fatal(err)
		}
		if got := encode(t, tensor); !bytes.Equal(got, want) {
			t.Errorf("read % x, wrote % x", want, got)
		}
	})
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func encode[T Element](t fataler, tensor *Tensor[T]) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := tensor.Write(&file); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func pack(t fataler, plain []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

type bounded struct {
	room int
	err  error
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(p) > b.room {
		return 0, b.err
	}
	b.room -= len(p)
	return len(p), nil
}
