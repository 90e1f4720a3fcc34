"""Writes the models of this folder: python3 export.py, with Debian's python3-torch 1.13 and python3-onnx 1.12.

PyTorch exports them, ONNX's own shape inference adds the sizes of all values, and the weights are taken out: a tensor
of more than 1024 elements says that its data is in a file that is not there.
"""
import onnx
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = None
        if stride != 1 or channels != filters:
            self.downsample = nn.Sequential(nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(Block(64, 64, 1), Block(64, 64, 1))
        self.layer2 = nn.Sequential(Block(64, 128, 2), Block(128, 128, 1))
        self.layer3 = nn.Sequential(Block(128, 256, 2), Block(256, 256, 1))
        self.layer4 = nn.Sequential(Block(256, 512, 2), Block(512, 512, 1))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class UNet(nn.Module):
    """Odd sizes, groups, dilation, transposed convolutions, and resizing to a size that is computed."""

    def __init__(self):
        super().__init__()
        self.enter = nn.Conv2d(3, 16, 3, padding=1)
        self.down = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(32, 16, 2, 2)
        self.leave = nn.Conv2d(32, 2, 1)
        self.depthwise = nn.Conv2d(16, 16, 3, padding=2, dilation=2, groups=16)
        self.grouped = nn.Conv2d(16, 32, 3, padding=1, groups=4)
        self.grouped_up = nn.ConvTranspose2d(32, 8, 3, stride=2, padding=1, output_padding=1, groups=4)

    def forward(self, x):
        a = torch.relu(self.enter(x))
        u = F.interpolate(self.up(torch.relu(self.down(a))), size=a.shape[2:], mode="bilinear")
        z = self.grouped_up(self.grouped(F.pad(self.depthwise(a), (1, 1, 0, 2))))
        z = F.interpolate(F.max_pool2d(z, 3, 2, ceil_mode=True), scale_factor=1.5)
        return self.leave(torch.cat([u, a], 1)), F.avg_pool2d(z, 3, 2, ceil_mode=True)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (y.view(b, t, self.heads, d // self.heads).transpose(1, 2) for y in self.qkv(x).split(d, dim=2))
        scores = torch.softmax(q @ k.transpose(-2, -1) / (d // self.heads) ** 0.5, -1)
        return self.out((scores @ v).transpose(1, 2).contiguous().view(b, t, d))


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.norm2, self.up, self.down = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, words=1000, width=64, heads=4, layers=2):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(128, width)
        self.layers = nn.Sequential(*(Layer(width, heads) for _ in range(layers)))

    def forward(self, tokens):
        return self.layers(self.words(tokens) + self.places(torch.arange(tokens.shape[1])))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(24, 32, num_layers=2, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(64, 16)
        self.rnn = nn.RNN(16, 8, bidirectional=True)

    def forward(self, x):
        y, _ = self.lstm(x)
        y, _ = self.gru(y.transpose(0, 1))
        y, last = self.rnn(y)
        return y, last


def export(name, net, x, opset, free_batch):
    torch.onnx.export(net.eval(), x, name, opset_version=opset, input_names=["x"], do_constant_folding=not free_batch,
                      dynamic_axes={"x": {0: "N"}} if free_batch else None)
    model = onnx.shape_inference.infer_shapes(onnx.load(name), data_prop=True)
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) > 4 * 1024:
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value="weights")
    onnx.save(model, name)


export("resnet18.onnx", ResNet18(), torch.zeros(1, 3, 224, 224), 11, True)
export("unet.onnx", UNet(), torch.zeros(1, 3, 33, 47), 9, False)
export("unet-resize.onnx", UNet(), torch.zeros(1, 3, 33, 47), 13, True)
export("transformer.onnx", Transformer(), torch.zeros(1, 17, dtype=torch.long), 13, True)
export("recurrent.onnx", Recurrent(), torch.zeros(2, 5, 24), 13, False)
