# SPDX-License-Identifier: MIT
# Bars by trace in two panels; the upper half of a row is the submission's, the lower half the
# reference's. A trace that failed has a cross in place of a bar, and its verdict.
middle = left + (0.98 - left) * 0.57
name_font = sprintf('%s,%.1f', face, font_size)
code_font = sprintf('%s,%.1f', face, font_size * 0.85)
upper(row) = row - 0.42
lower(row) = row + 0.38
between(row) = has_reference ? row : lower(row)
set bmargin at screen bottom
set tmargin at screen top
set yrange [rows + 0.6:0.4]
set border 3
set style fill solid 1 border rgb 'black'
set grid x back lc rgb '#bbbbbb' lt 1
do for [format in 'svg png'] {
    eval terminal_of(format)
    set output 'traces.'.format
    set multiplot
    eval frame
    scale = point_scale(format)
    set lmargin at screen left
    set rmargin at screen middle - 0.025
    set ytics () scale 0 font name_font
    set for [row=1:n_names] ytics add (names[row] row)
    set xtics 10 nomirror out format '%g %%'
    set xrange [0:100]
    set xlabel 'utilization: largest payload / heap size'
    plot $bars using (0):1:(0):2:(upper($1)):(between($1)) with boxxyerror lw 0.5 fc rgb dark \
             title 'this submission', \
         $bars using (0):1:(0):3:1:(lower($1)) with boxxyerror lw 0.5 fc rgb light \
             title reference, \
         $failures using (1.5):($1 - 0.2 * has_reference) with points pt 2 ps 1.4 * scale lw 3 lc rgb signal \
             title n_failed > 0 ? 'failed' : ''
    unset label
    set label 1004 speed_message at graph 0.5, 0.5 center font plain
    set lmargin at screen middle + 0.025
    set rmargin at screen 0.98
    unset ytics
    set xtics autofreq format '%gx'
    set xrange [0:fastest]
    set xlabel speed_axis
    unset key
    set arrow 1 from 1, graph 0 to 1, graph 1 nohead front lw 2 dt (8,5) lc rgb 'black'
    plot $bars using (0):1:(0):4:(upper($1)):(lower($1)) with boxxyerror lw 0.5 fc rgb dark, \
         $bars using 4:1:5 with xerrorbars pt 0 lw 1.5 lc rgb 'black', \
         $failures using (fastest * 0.02):1 with points pt 2 ps 1.4 * scale lw 3 lc rgb signal, \
         $failures using (fastest * 0.04):1:2 with labels left font code_font tc rgb signal
    unset arrow 1
    unset multiplot
    unset output
}
