"""Addresses of images."""

from __future__ import annotations

import pytest

from tasks.model import Record
from tasks.strip.html import strip_html
from tasks.strip.html_images import unwrap_proxy


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://img.example.cn/a.jpg", "http://img.example.cn/a.jpg"),
        ("https://proxy.example.dev/?http://img.example.cn/a.jpg", "http://img.example.cn/a.jpg"),
        (
            "https://proxy.example.dev/?url=http%3A%2F%2Fimg.example.cn%2Fa.jpg&w=100",
            "http://img.example.cn/a.jpg",
        ),
        (
            "https://proxy.example.dev/?w=100&url=http://img.example.cn/a.jpg?x=1&y=2",
            "http://img.example.cn/a.jpg?x=1&y=2",
        ),
        ("https://proxy.example.dev/https://img.example.cn/a.jpg", "https://img.example.cn/a.jpg"),
        ("https://a.example/?https://b.example/?http://img.example.cn/a.jpg", "http://img.example.cn/a.jpg"),
        ("/local/a.jpg", "/local/a.jpg"),
        ("", ""),
    ],
)
def test_unwrap_proxy(url, own):
    assert unwrap_proxy(url) == own


def test_images_of_the_article_once_each_before_their_block():
    html = (
        '<p>第一段</p><img src="data:image/gif;base64,R0" data-original="/a.jpg" alt="图&amp;文">'
        '<p>第二段<img src="b.jpg"></p>'
        '<img src="/a.jpg"><img src="data:image/png;base64,x">'
    )
    record = Record("x", 0, "front_matter_post", "", html, html=html, given={"url": "http://site.example.cn/n/1.html"})
    images = [(image.url, image.alt, image.block_no) for image in strip_html(record).images]
    assert images == [("http://site.example.cn/a.jpg", "图&文", 1), ("http://site.example.cn/n/b.jpg", "", 2)]
