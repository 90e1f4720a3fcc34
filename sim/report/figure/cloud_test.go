package figure

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xbar/sim/report"
)

func TestCloudSaysWhatItShows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.svg")
	c := &report.Cloud{Title: "a title", X: "energy (nJ)", Y: "area (mm²)", All: [][2]float64{{50, 2}, {100, 1}, {1500, 2}}, Front: [][2]float64{{50, 2}, {100, 1}}}
	if err := Cloud(c, path); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">a title<", ">energy (nJ)<", ">area (mm²)<", ">50<", ">200<", ">1000<"} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("nowhere %s", want)
		}
	}
	if err := Cloud(&report.Cloud{}, path); err == nil {
		t.Error("a figure without points")
	}
}

// Between two points of a front the stairs go where no point is better than both.
func TestStairs(t *testing.T) {
	front := [][2]float64{{1, 5}, {2, 3}, {4, 1}}
	for _, x := range []struct {
		moreX, moreY bool
		front        [][2]float64
		want         string
	}{
		{false, false, front, "[{1 5} {2 5} {2 3} {4 3} {4 1}]"},
		{true, true, front, "[{1 5} {1 3} {2 3} {2 1} {4 1}]"},
		{false, true, [][2]float64{{1, 1}, {2, 3}}, "[{1 1} {2 1} {2 3}]"},
		{true, false, [][2]float64{{1, 1}, {2, 3}}, "[{1 1} {1 3} {2 3}]"},
	} {
		if got := fmt.Sprint(stairsOf(&report.Cloud{MoreX: x.moreX, MoreY: x.moreY, Front: x.front})); got != x.want {
			t.Errorf("%v %v: %s, want %s", x.moreX, x.moreY, got, x.want)
		}
	}
}

func TestSteps(t *testing.T) {
	var labels []string
	for _, tick := range (steps{}).Ticks(0.15, 30) {
		labels = append(labels, tick.Label)
	}
	if got := strings.Join(labels, " "); got != "0.2 0.5 1 2 5 10 20" {
		t.Error(got)
	}
}
