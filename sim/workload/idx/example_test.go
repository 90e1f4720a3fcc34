package idx_test

import (
	"bytes"
	"fmt"

	"xbar/sim/workload/idx"
)

// Two images of 2×3 pixels, written and read back.
func Example() {
	images := &idx.Tensor[uint8]{Dims: []int{2, 2, 3}, Data: []uint8{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110}}
	var file bytes.Buffer
	if err := images.Write(&file); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("% x …\n", file.Bytes()[:8])

	read, err := idx.Read[uint8](bytes.NewReader(file.Bytes()))
	fmt.Println(read.Dims, read.Data[6:], err)

	_, err = idx.Read[int32](bytes.NewReader(file.Bytes()))
	fmt.Println(err)
	// Output:
	// 00 00 08 03 00 00 00 02 …
	// [2 2 3] [60 70 80 90 100 110] <nil>
	// idx: elements are uint8, want int32
}
