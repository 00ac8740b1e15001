# SPDX-License-Identifier: MIT
# What the heap is made of, stacked: payload, overhead inside blocks, holes. The two lines are what
# utilization is the ratio of.
set lmargin at screen 0.09
set rmargin at screen 0.97
set bmargin at screen 0.18
set tmargin at screen 0.865
set xrange [0:n_ops]
set yrange [0:heap * 1.08]
set border 3
set xtics nomirror out
set ytics nomirror out
set grid front lc rgb '#cccccc' lt 1
set xlabel 'operation'
set ylabel unit
do for [format in 'svg png'] {
    eval terminal_of(format)
    set output 'heap.'.format
    eval frame
    plot $samples using 1:3:4 with filledcurves fc rgb light title 'free space', \
         $samples using 1:2:3 with filledcurves fc rgb medium title 'headers, padding', \
         $samples using 1:2 with filledcurves y1=0 fc rgb dark title 'payload', \
         $samples using 1:4 with lines lw 3.5 lc rgb 'black' title 'heap size', \
         peak with lines lw 2.5 dt (10,6) lc rgb 'black' title 'largest payload'
    unset output
}
