package main

import (
	"fmt"

	"xbar/sim/workload"
)

func alexNet() *network {
	n := &network{
		name: "alexnet", size: 227, channels: 3,
		title:  "AlexNet, 227×227, two towers as groups",
		source: "Krizhevsky, Sutskever and Hinton, NIPS 2012, section 3.5; the input of 227 is what its 55×55 outputs take. 60 M parameters there; 666 M MACs and 2.3 M weights of the convolutions in Chen et al. (Eyeriss), ISSCC 2016",
	}
	n.conv("conv1", 96, 11, 4, 0, 1)
	n.respond()
	n.pool(3, 2, 0)
	n.conv("conv2", 256, 5, 1, 2, 2)
	n.respond()
	n.pool(3, 2, 0)
	n.conv("conv3", 384, 3, 1, 1, 1)
	n.conv("conv4", 384, 3, 1, 1, 2)
	n.conv("conv5", 256, 3, 1, 1, 2)
	n.pool(3, 2, 0)
	n.linear("fc6", 4096)
	n.linear("fc7", 4096)
	n.linear("fc8", 1000)
	return n
}

// respond normalises each element by those of five channels around it.
func (n *network) respond() {
	all := n.elements()
	n.beside(14*all, all, all)
}

func vgg16() *network {
	n := &network{
		name: "vgg-16", size: 224, channels: 3,
		title:  "VGG-16, 224×224",
		source: "Simonyan and Zisserman, ICLR 2015, table 1, column D; 138 M parameters in table 2; 15.47 GMACs and 138357544 parameters in torchvision (VGG16_Weights)",
	}
	for stage, layers := range []int{2, 2, 3, 3, 3} {
		filters := min(int64(64)<<stage, 512)
		for i := range layers {
			n.conv(fmt.Sprintf("conv%d_%d", stage+1, i+1), filters, 3, 1, 1, 1)
		}
		n.pool(2, 2, 0)
	}
	n.linear("fc6", 4096)
	n.linear("fc7", 4096)
	n.linear("fc8", 1000)
	return n
}

// residual adds what a block gives to what it was given, or its projection.
func (n *network) residual(elements int64) { n.beside(elements, 2*elements, elements) }

// elements is how many the last layer put out.
func (n *network) elements() int64 { return n.size * n.size * n.channels }

// stages adds those of a residual network, blocks of each, and the layer
// behind them.
func (n *network) stages(blocks [4]int, block func(name string, width, stride int64)) {
	n.conv("conv1", 64, 7, 2, 3, 1)
	n.pool(3, 2, 1)
	for stage, count := range blocks {
		for i := range count {
			stride := int64(1)
			if stage > 0 && i == 0 {
				stride = 2
			}
			block(fmt.Sprintf("conv%d_%d", stage+2, i+1), 64<<stage, stride)
		}
	}
	n.pool(7, 1, 0)
	n.linear("fc", 1000)
}

// shortcut adds the projection beside a block that changes size or channels.
func (n *network) shortcut(name string, from network, stride int64) {
	if stride == 1 && from.channels == n.channels {
		return
	}
	to := *n
	n.size, n.channels = from.size, from.channels
	n.conv(name, to.channels, 1, stride, 0, 1)
}

func resNet18() *network {
	n := &network{
		name: "resnet-18", size: 224, channels: 3,
		title:  "ResNet-18, 224×224",
		source: "He, Zhang, Ren and Sun, CVPR 2016, table 1; 1.81 GMACs and 11689512 parameters in torchvision (ResNet18_Weights)",
	}
	n.stages([4]int{2, 2, 2, 2}, func(name string, width, stride int64) {
		from := *n
		n.conv(name+".1", width, 3, stride, 1, 1)
		n.conv(name+".2", width, 3, 1, 1, 1)
		n.shortcut(name+".shortcut", from, stride)
		n.residual(n.elements())
	})
	return n
}

func resNet50() *network {
	n := &network{
		name: "resnet-50", size: 224, channels: 3,
		title:  "ResNet-50 v1.5 (strides in the 3×3 layers), 224×224",
		source: "He, Zhang, Ren and Sun, CVPR 2016, table 1; strides as in torchvision, which has 4.09 GMACs and 25557032 parameters (ResNet50_Weights)",
	}
	n.stages([4]int{3, 4, 6, 3}, func(name string, width, stride int64) {
		from := *n
		n.conv(name+".1", width, 1, 1, 0, 1)
		n.conv(name+".2", width, 3, stride, 1, 1)
		n.conv(name+".3", 4*width, 1, 1, 0, 1)
		n.shortcut(name+".shortcut", from, stride)
		n.residual(n.elements())
	})
	return n
}

func mobileNetV1() *network {
	n := &network{
		name: "mobilenet-v1", size: 224, channels: 3,
		title:  "MobileNet-V1, width 1.0, 224×224",
		source: "Howard et al., arXiv 1704.04861, table 1; 569 M MACs and 4.2 M parameters in table 8",
	}
	n.conv("conv", 32, 3, 2, 1, 1)
	for i, s := range []struct{ filters, stride int64 }{
		{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1},
	} {
		n.conv(fmt.Sprintf("dw%d", i+1), n.channels, 3, s.stride, 1, n.channels)
		n.conv(fmt.Sprintf("pw%d", i+1), s.filters, 1, 1, 0, 1)
	}
	n.pool(7, 1, 0)
	n.linear("fc", 1000)
	return n
}

func yoloV3Tiny() *network {
	n := &network{
		name: "yolov3-tiny", size: 416, channels: 3,
		title:  "YOLOv3-tiny, 416×416, 80 classes",
		source: "Redmon and Farhadi, arXiv 1804.02767; layers of darknet's cfg/yolov3-tiny.cfg, as in farhang760/darknet at 9a1ebe2; operations of its first eight convolutions as darknet prints them at 608×608, two a MAC (junxnone/aiwiki, issue 52); 8.86 M parameters, means and variances included (AlexeyAB/darknet, issue 6022). 5.56 G operations at 416×416 on darknet's page, and 8852366 parameters in ultralytics/yolov3 (from memory; verify)",
	}
	var early network
	for i := range 5 {
		n.conv(fmt.Sprintf("conv%d", 2*i), 16<<i, 3, 1, 1, 1)
		early = *n
		n.pool(2, 2, 0)
	}
	n.conv("conv10", 512, 3, 1, 1, 1)
	wide := n.elements()
	n.beside(2*2*wide, wide, wide) // a pooling of 2×2 with a stride of 1, padded at one end
	n.pooled = &workload.Side{Size: n.size, Windows: n.size, Reach: 2, Stride: 1}
	n.conv("conv12", 1024, 3, 1, 1, 1)
	n.conv("conv13", 256, 1, 1, 0, 1)
	neck := n.channels
	n.conv("conv14", 512, 3, 1, 1, 1)
	n.conv("conv15", 255, 1, 1, 0, 1)
	n.channels = neck
	n.conv("conv18", 128, 1, 1, 0, 1)
	n.size, n.channels = 2*n.size, n.channels+early.channels // upsampled, beside conv8
	n.conv("conv21", 256, 3, 1, 1, 1)
	n.conv("conv22", 255, 1, 1, 0, 1)
	return n
}
