# SPDX-License-Identifier: MIT
# How many submissions have how many points, by tenths of the maximum; the median as a line.
stats $bins using 2 nooutput
most = STATS_max < 1 ? 1 : STATS_max
set lmargin at screen 0.09
set rmargin at screen 0.97
set bmargin at screen 0.2
set tmargin at screen 0.88
set xrange [0:100]
set yrange [0:most * 1.12]
set border 3
set xtics 10 nomirror out format '%g %%'
set ytics nomirror out
if (most < 8) set ytics 1
set grid y back lc rgb '#bbbbbb' lt 1
set boxwidth bin * 0.92
set style fill solid 1 noborder
set xlabel 'score, of the maximum'
set ylabel 'submissions'
if (median == median) set arrow 1 from median, graph 0 to median, graph 1 nohead front lw 3 dt (10,6) lc rgb 'black'
if (median == median && median <= 85) set label 1 'median' at median, graph 0.97 left offset 1, 0 front font small
if (median > 85) set label 1 'median' at median, graph 0.97 right offset -1, 0 front font small
do for [format in 'svg png'] {
    eval terminal_of(format)
    set output 'statistics.'.format
    eval frame
    unset key
    plot $bins using 1:2 with boxes fc rgb dark, \
         $bins using 1:($2 > 0 ? $2 : NaN):2 with labels center offset 0, 0.8 font small
    unset output
}
