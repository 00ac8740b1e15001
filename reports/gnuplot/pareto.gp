# SPDX-License-Identifier: MIT
# Utilization against throughput: better is up and to the right; below the dashed line some
# reference is better in both.
set lmargin at screen left
set rmargin at screen right
set bmargin at screen bottom
set tmargin at screen top
set logscale x
set xrange [slowest:fastest]
set yrange [least:most]
set xtics (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, \
           20, 50, 100, 200, 500, 1000) nomirror out format '%gx'
set ytics nomirror out format '%g %%'
set grid lc rgb '#dddddd' lt 1
set border 3
set xlabel speed_axis
set ylabel 'mean utilization: largest payload / heap size'
do for [format in 'svg png'] {
    eval terminal_of(format)
    set output 'pareto.'.format
    eval frame
    scale = point_scale(format)
    plot $front using 1:2 with filledcurves y1=least fc rgb '#f2f5f7' notitle, \
         $front using 1:2 with lines lw 2.5 dt (12,6) lc rgb faint \
             title n_references > 0 ? 'Pareto front of the references' : '', \
         $references using 1:2 with points pt 7 ps 2 * scale lc rgb dark \
             title n_references > 0 ? 'reference' : '', \
         $submission using 1:2 with points pt 13 ps 4.2 * scale lc rgb 'black' notitle, \
         $submission using 1:2 with points pt 13 ps 3.2 * scale lc rgb signal \
             title has_submission ? 'this submission' : ''
    unset output
}
