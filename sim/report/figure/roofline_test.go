package figure_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"xbar/sim/report/figure"
	"xbar/sim/system"
)

func roofed() *system.Result {
	bandwidth := 10e9
	kernel := func(name string, n int64, seconds float64) system.Kernel {
		return system.Kernel{Name: name, L: 1, N: n, M: 1000, Seconds: seconds}
	}
	machine := func(name string, bandwidth *float64, bytes ...float64) system.Machine {
		return system.Machine{
			Name: name, Kernels: []system.Kernel{kernel("first", 100, 1e-5), kernel("second", 1000, 1e-3)}, MACs: 1_100_000, Seconds: 1.01e-3,
			Roofline: &system.Roofline{PeakOpsPerSecond: 123e9, BytesPerSecond: bandwidth, Bytes: bytes},
		}
	}
	return &system.Result{Title: "Under roofs", Machines: []system.Machine{machine("slow", &bandwidth, 1e5, 1e6), machine("free", nil, 1e3, 0)}}
}

func TestRooflineSaysWhatItShows(t *testing.T) {
	draw := func(r *system.Result) string {
		return string(drawn(t, "roofline.svg", func(path string) error { return figure.Roofline(r, "", path) }))
	}
	r := roofed()
	svg := draw(r)
	for _, want := range []string{"Under roofs", ">slow<", ">free<", ">123 GOPS<", ">10.0 GB/s<", ">first<", ">second<", ">GOPS<", "operations per byte of DRAM (∞: none crosses it)", ">∞<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(svg, ">second<"); n != 2 {
		t.Errorf("%d marks of two are named", n)
	}
	if draw(r) != svg {
		t.Error("drawn again, it differs")
	}
	r.Machines = r.Machines[:1]
	if strings.Contains(draw(r), "∞") {
		t.Error("nothing is at infinity")
	}
	r.Machines[0].Pipeline = &system.Pipeline{}
	if svg := draw(r); !strings.Contains(svg, ">all layers<") || strings.Contains(svg, ">first<") {
		t.Error("a pipeline has one point")
	}
	if png := drawn(t, "roofline.png", func(path string) error { return figure.Roofline(r, "", path) }); !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Error("no PNG")
	}
}

func TestNoRoofline(t *testing.T) {
	err := figure.Roofline(&system.Result{Machines: []system.Machine{{Name: "old"}}}, "", filepath.Join(t.TempDir(), "a.svg"))
	if err == nil || err.Error() != "figure: no machine has a roofline" {
		t.Error(err)
	}
}
