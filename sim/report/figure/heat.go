package figure

import (
	"errors"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
)

// viridis is the colour map of van der Walt and Smith (2015; CC0) at quarters of its way,
// between which steps look alike, with and without colour.
var viridis = []color.Color{
	color.RGBA{68, 1, 84, 255}, color.RGBA{59, 82, 139, 255}, color.RGBA{33, 145, 140, 255}, color.RGBA{94, 201, 98, 255}, color.RGBA{253, 231, 37, 255},
}

// mostWritten is how many cells across have their values written in them.
const mostWritten = 12

// Heat draws a heat map with its bar of colours. Values that are far apart have a
// logarithmic one. Cells without a point that keeps the bounds are hatched, others
// without a value grey.
func Heat(h *report.Heat, path string) error {
	d, err := drawHeatMap(h)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawHeatMap(h *report.Heat) (d drawing, err error) {
	low, high := h.Range()
	if low > high {
		return d, errors.New("figure: no cell of the heat map has a value")
	}
	colours, err := moreland.NewLuminance(viridis)
	if err != nil {
		return d, err
	}
	logarithmic := low > 0 && high > linearUpTo*low
	scale := func(x float64) float64 { return x }
	if logarithmic {
		scale = math.Log10
	}
	if low == high {
		low, high = low-math.Abs(low)/2-1e-300, high+math.Abs(high)/2+1e-300
	}
	colours.SetMin(scale(low))
	colours.SetMax(scale(high))

	p := newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = h.Title, h.X, h.Y
	p.X.Tick.Marker, p.Y.Tick.Marker = labels(h.XTicks), labels(h.YTicks)
	p.X.Tick.Length, p.Y.Tick.Length = 0, 0
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(len(h.XTicks))-0.5, -0.5, float64(len(h.YTicks))-0.5
	p.Add(cells{h, colours, scale})

	bar := newPlot()
	bar.Add(ramp{colours})
	bar.HideX()
	bar.X.Min, bar.X.Max = 0, 1
	bar.Y.Label.Text, bar.Y.Min, bar.Y.Max = h.Z, scale(low), scale(high)
	bar.Y.Tick.Marker = barTicks{logarithmic}
	const barWidth = 54
	width := 120 + barWidth + vg.Length(min(max(len(h.XTicks)*34, 180), 420))
	height := 84 + vg.Length(min(max(len(h.YTicks)*24, 120), 420))
	return drawing{width, height, func(canvas draw.Canvas) {
		canvas.FillPolygon(color.White, corners(canvas.Rectangle))
		canvas = drawCaption(canvas, h.Caption)
		left := draw.Crop(canvas, 6, -barWidth-6, 4, -6)
		p.Draw(left)
		inside := p.DataCanvas(left)
		right := draw.Crop(canvas, canvas.Max.X-canvas.Min.X-barWidth, -4, 0, 0)
		right.Min.Y, right.Max.Y = inside.Min.Y, inside.Max.Y
		bar.Draw(right)
	}}, nil
}

func labels(names []string) plot.ConstantTicks {
	every := (len(names) + 23) / 24
	ticks := make(plot.ConstantTicks, len(names))
	for i := range names {
		ticks[i].Value = float64(i)
		if i%every == 0 {
			ticks[i].Label = names[i]
		}
	}
	return ticks
}

// barTicks are those of a bar of colours, whose values are logarithms where it is logarithmic.
type barTicks struct{ logarithmic bool }

func (b barTicks) Ticks(low, high float64) []plot.Tick {
	if !b.logarithmic {
		return plainTicks{}.Ticks(low, high)
	}
	from, to := math.Pow(10, low), math.Pow(10, high)
	ticks := steps{}.Ticks(from, to*(1+1e-9))
	if high-low > 3 {
		ticks = nil
		for e := math.Ceil(low); e <= high; e++ {
			x := math.Pow(10, e)
			ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'g', 4, 64)})
		}
	}
	for i := range ticks {
		ticks[i].Value = math.Log10(ticks[i].Value)
	}
	return ticks
}

// ramp is a bar of colours.
type ramp struct{ palette.ColorMap }

func (r ramp) Plot(c draw.Canvas, p *plot.Plot) {
	const strips = 128
	for i := range strips {
		colour, err := r.At(r.Min() + (r.Max()-r.Min())*(float64(i)+0.5)/strips)
		if err != nil {
			continue // it is between the two
		}
		low := c.Min.Y + (c.Max.Y-c.Min.Y)*vg.Length(i)/strips
		c.FillPolygon(colour, corners(vg.Rectangle{Min: vg.Point{X: c.Min.X, Y: low}, Max: vg.Point{X: c.Max.X, Y: min(c.Max.Y, low+(c.Max.Y-c.Min.Y)*1.5/strips)}}))
	}
}

// cells plots them as squares, with their values where there are few.
type cells struct {
	*report.Heat
	colours palette.ColorMap
	scale   func(float64) float64
}

func (h cells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	written := text.Style{Font: sans(6, false), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	for row := range h.Cells {
		for column, z := range h.Cells[row] {
			box := vg.Rectangle{
				Min: vg.Point{X: x(float64(column) - 0.5), Y: y(float64(row) - 0.5)},
				Max: vg.Point{X: x(float64(column) + 0.5), Y: y(float64(row) + 0.5)},
			}
			switch {
			case math.IsNaN(z):
				c.FillPolygon(color.RGBA{190, 190, 190, 255}, corners(box))
			case math.IsInf(z, 0):
				hatch(c, box)
			default:
				colour, err := h.colours.At(min(max(h.scale(z), h.colours.Min()), h.colours.Max()))
				if err != nil {
					continue // it is between the two
				}
				c.FillPolygon(colour, corners(box))
				if len(h.XTicks) <= mostWritten {
					written.Color = readable(colour)
					c.FillText(written, vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y + box.Max.Y) / 2}, h.Texts[row][column])
				}
			}
			c.StrokeLines(draw.LineStyle{Color: color.White, Width: vg.Points(0.5)}, append(corners(box), box.Min))
		}
	}
}

// readable is black or white, whichever is read on a colour.
func readable(on color.Color) color.Color {
	r, g, b, _ := on.RGBA()
	if 0.299*float64(r)+0.587*float64(g)+0.114*float64(b) > 0.5*0xffff {
		return black
	}
	return color.White
}

// hatch fills a box with lines that rise by one in one.
func hatch(c draw.Canvas, box vg.Rectangle) {
	style := draw.LineStyle{Color: grey, Width: vg.Points(0.5)}
	size := box.Size()
	const apart = 4
	for shift := apart - size.Y; shift < size.X; shift += apart {
		from := vg.Point{X: box.Min.X + max(shift, 0), Y: box.Min.Y + max(-shift, 0)}
		length := min(box.Max.X-from.X, box.Max.Y-from.Y)
		c.StrokeLine2(style, from.X, from.Y, from.X+length, from.Y+length)
	}
}
