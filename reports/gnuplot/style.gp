# SPDX-License-Identifier: MIT
# What all pictures share. `mmgrade` puts this, the figures and the other templates into one script,
# plots.gp. Colours differ in lightness as well as in hue (after Okabe and Ito): they stay apart in
# grey and for every kind of sight.
set encoding utf8
dark = '#0072b2'
medium = '#e69f00'
light = '#d9e4ec'
signal = '#c23b00'
faint = '#808080'
face = 'DejaVu Sans'
plain = face.',19'
large = face.',22'
small = face.',16'
# The SVG terminal draws points larger and knows no bold face.
point_scale(format) = format eq 'svg' ? 0.43 : 1
terminal_of(format) = format eq 'svg' \
    ? sprintf("set terminal svg noenhanced size %d,%d background rgb 'white' font '%s,19'", \
              width, height, face) \
    : sprintf("set terminal pngcairo noenhanced truecolor size %d,%d font '%s,19' fontscale 0.75", \
              width, height, face)
# Headline and key above, caption below, in pixels from the edges. The labels' numbers are above
# those that gnuplot gives by itself.
from_top(pixels) = 1 - pixels * 1.0 / height
from_bottom(pixels) = pixels * 1.0 / height
frame = "set label 1001 headline at screen 0.5, from_top(36) center font face.',28';"\
    ."set label 1002 caption at screen 0.5, from_bottom(58) center font small;"\
    ."set label 1003 remark at screen 0.5, from_bottom(28) center font small;"\
    ."set label 1004 message at screen 0.5, 0.5 center font plain;"\
    ."set key at screen 0.5, from_top(74) center horizontal Left reverse samplen 3 width 2 font small"
