"""Furniture and household things, in the grammar of `hazard_parts`."""

FURNITURE = """
kitchen chair: oak, red, white, teal
  block 0 0 .46 .45 .45 .05 main
  four rod .19 .19 0 .19 .19 .45 .025 main
  pair rod -.2 .19 .45 -.27 .19 1.0 .022 main
  pair rod -.21 .07 .45 -.27 .07 .95 .015 main
  block -.26 0 .93 .04 .44 .14 main
armchair: red, striped blue, checkered green, brown; trim=walnut
  block 0 0 .3 .85 .6 .3 main
  block .05 0 .48 .7 .6 .12 main
  pair block 0 .38 .38 .85 .16 .5 main
  block -.38 0 .6 .18 .85 .8 main pitch=-8
  four block .35 .38 .06 .08 .08 .14 trim
sofa: green, striped red, pink, checkered navy; trim=walnut
  block 0 0 .28 .85 1.8 .28 main
  pair block .05 .45 .47 .7 .86 .12 main
  pair block 0 .98 .36 .85 .18 .5 main
  pair ball 0 .98 .62 .9 .24 .2 main
  block -.38 0 .6 .18 2.0 .75 main pitch=-8
  four block .35 .9 .05 .08 .08 .14 trim
bar stool: red/steel, black/steel, walnut/brass
  turned 0 0 .75 .18 0 .2 .05 .17 .1 main
  rod 0 0 0 0 0 .76 .03 trim
  turned 0 0 0 .22 0 .2 .03 .03 .06 trim
  ring 0 0 .3 .16 .015 trim
rocking chair: walnut, white
  block 0 0 .45 .5 .5 .05 main
  four rod .2 .22 .06 .2 .22 .45 .025 main
  pair rod -.22 .22 .45 -.4 .22 1.15 .025 main
  pair rod .2 .25 .68 -.25 .25 .68 .025 main
  pair rod .2 .22 .45 .2 .25 .68 .02 main
  pair pipe .03 .55 .22 .15 .25 .22 .05 -.1 .22 .04 -.6 .22 .2 main
  pair rod -.22 .08 .45 -.4 .08 1.1 .015 main
  block -.4 0 1.1 .05 .5 .12 main
deck chair: striped red/oak, striped blue/oak, striped green/oak
  pair rod .6 .3 0 -.5 .3 1.0 .03 trim
  pair rod -.5 .33 0 .45 .33 .6 .03 trim
  rod -.5 -.3 1.0 -.5 .3 1.0 .03 trim
  rod .45 -.33 .6 .45 .33 .6 .03 trim
  sheet 0 .56 -.5 1.0 -.3 .55 .05 .32 .45 .6 .04 .27 -.36 .48
dining table: oak, white, walnut
  block 0 0 .73 1.0 1.8 .06 main
  four block .42 .8 .35 .08 .08 .7 main
round table: marble/brass, oak/black
  turned 0 0 .7 .6 0 .62 .03 .6 .06 main
  rod 0 0 0 0 0 .7 .05 trim
  turned 0 0 0 .35 0 .3 .05 .06 .12 trim
writing desk: walnut, pine
  block 0 0 .74 .7 1.4 .06 main
  pair block 0 .5 .37 .65 .38 .7 main
  pair block .33 .5 .58 .02 .32 .18 trim
  pair block .33 .5 .35 .02 .32 .18 trim
double bed: oak/white, walnut/striped sky-blue, white/pink
  block 0 0 .3 2.1 1.6 .2 main
  block .02 0 .48 2.0 1.5 .22 trim
  pair ball -.75 .38 .65 .4 .65 .2 white
  block -1.08 0 .6 .08 1.7 1.2 main
  block 1.08 0 .4 .08 1.7 .8 main
bunk bed: red/white, pine/navy
  four rod 1.0 .5 0 1.0 .5 1.9 .05 main
  block 0 0 .5 2.0 1.0 .2 trim
  block 0 0 1.4 2.0 1.0 .2 trim
  pair block 0 .5 1.6 2.0 .04 .12 main
  pair rod .55 .56 .1 .55 .56 1.6 .03 main x=0
  twin rod .2 .56 .5 .2 .56 1.6 .03 main
wardrobe: walnut/brass, white/gold, mint/brass
  block 0 0 1.05 .65 1.3 1.9 main
  block 0 0 2.04 .75 1.4 .1 main
  four block .25 .55 .05 .08 .08 .1 main
  pair block .34 .32 1.05 .03 .56 1.7 main
  pair ball .37 .06 1.05 .06 .06 .06 trim
bookshelf: oak, white, black
  block -.14 0 1.0 .03 1.0 2.0 main
  pair block 0 .5 1.0 .3 .04 2.0 main
  block 0 0 .03 .3 1.0 .04 main
  block 0 0 .5 .3 1.0 .04 main
  block 0 0 1.0 .3 1.0 .04 main
  block 0 0 1.5 .3 1.0 .04 main
  block 0 0 1.98 .3 1.0 .04 main
  block 0 -.25 .23 .2 .4 .36 striped_red
  block 0 .2 .23 .2 .42 .32 striped_navy
  block 0 -.1 .72 .2 .66 .36 striped_gold
  block 0 .2 1.22 .2 .5 .36 striped_green
  block 0 -.25 1.7 .2 .4 .34 striped_purple
chest of drawers: oak/brass, sky-blue/white
  block 0 0 .55 .5 1.0 1.0 main
  block .25 0 .28 .03 .9 .26 main
  block .25 0 .58 .03 .9 .26 main
  block .25 0 .88 .03 .9 .26 main
  pair ball .28 .25 .28 .06 .06 .06 trim
  pair ball .28 .25 .58 .06 .06 .06 trim
  pair ball .28 .25 .88 .06 .06 .06 trim
floor lamp: cream/black, red/brass, striped teal/steel
  turned 0 0 1.35 .3 0 .18 .4 main
  rod 0 0 0 0 0 1.6 .02 trim
  turned 0 0 0 .2 0 .18 .04 trim
grandfather clock: walnut/gold, white/black
  block 0 0 .2 .4 .55 .4 main
  block 0 0 .95 .3 .4 1.2 main
  block 0 0 1.8 .4 .55 .5 main
  sheet 0 .5 -.2 2.05 .2 2.05 0 2.25 main yaw=90
  rod .2 0 1.8 .23 0 1.8 .2 trim
  rod .23 0 1.8 .24 0 1.8 .17 white
  rod .15 0 .8 .17 0 .8 .1 trim
round bathtub: white/gold, pink/steel, teal/brass
  turned 0 0 .12 .3 0 .42 .3 .48 .5 .42 .5 .36 .3 .25 .08 main sides=18
  four rod .2 .2 .15 .25 .25 0 .05 trim
toilet: white, pink
  turned 0 0 0 .16 0 .13 .2 .24 .4 .25 .43 .2 .44 main
  block -.28 0 .6 .2 .45 .42 main
  ball .03 0 .45 .5 .42 .05 trim
  block -.28 0 .82 .23 .48 .04 main
washbasin: white/steel
  turned 0 0 0 .16 0 .1 .3 .12 .65 .35 .85 .33 .85 .15 .75 main
  pipe .025 -.3 0 .8 -.3 0 1.1 -.12 0 1.1 -.1 0 1.0 trim
fridge: white/steel, red/steel, steel/black
  block 0 0 .9 .65 .7 1.7 main
  block .33 0 .65 .04 .66 1.15 main
  block .33 0 1.5 .04 .66 .45 main
  rod .38 -.25 .7 .38 -.25 1.15 .025 trim
  rod .38 -.25 1.35 .38 -.25 1.6 .025 trim
washing machine: white/charcoal, steel/black
  block 0 0 .43 .6 .6 .86 main
  rod .29 0 .4 .32 0 .4 .22 trim
  rod .3 0 .4 .34 0 .4 .16 glass
  block .3 0 .78 .02 .56 .1 trim
stove: white/black, mint/charcoal
  block 0 0 .45 .6 .6 .9 main
  block .3 0 .38 .03 .5 .42 trim
  rod .34 -.22 .66 .34 .22 .66 .02 steel
  four rod .15 .15 .9 .15 .15 .93 .1 trim
  block -.27 0 1.0 .05 .6 .25 main
television: black/glass, walnut/grey
  block 0 0 .62 .5 .9 .7 main
  block .25 0 .64 .03 .74 .54 trim
  four rod .15 .3 .3 .2 .38 0 .025 black
  pair rod 0 .05 .97 0 .35 1.4 .012 steel
parasol: striped red/white, striped green/oak, yellow/white, blue/white
  turned 0 0 1.9 1.3 0 .7 .32 .05 .5 main sides=10
  rod 0 0 0 0 0 2.45 .03 trim
  turned 0 0 0 .3 0 .28 .1 concrete
hat stand: walnut, brass
  rod 0 0 0 0 0 1.8 .03 main
  round:4 pipe .015 0 0 1.6 .15 0 1.6 .2 0 1.75 main
  round:4 pipe .02 0 0 .15 .15 0 .12 .3 0 0 main
  turned 0 0 1.75 .2 0 .2 .02 .1 .03 .09 .13 black
folding screen: crimson+gold, mint+white
  block 0 -.5 .85 .04 .55 1.7 main yaw=30
  block 0 0 .85 .04 .55 1.7 trim yaw=-30
  block 0 .5 .85 .04 .55 1.7 main yaw=30
ironing board: striped sky-blue/steel, red/steel
  block 0 0 .9 1.3 .35 .05 main
  ball .65 0 .9 .5 .35 .05 main
  pair rod -.45 .15 0 .4 .15 .88 .02 trim
  pair rod .45 .1 0 -.4 .1 .88 .02 trim
cradle: white, oak
  sheet .45 .04 -.35 .85 .35 .85 .25 .25 -.25 .25 main
  sheet -.45 .04 -.35 .95 .35 .95 .25 .25 -.25 .25 main
  pair block .3 0 .55 .03 .9 .5 main x=0 roll=0
  twin block .3 0 .5 .03 .9 .5 main
  ball 0 0 .5 .5 .8 .2 pink
  pair pipe .03 -.5 .45 .12 -.2 .45 .03 .2 .45 .03 .5 .45 .12 main
standing mirror: gold/glass, walnut/glass
  ball 0 0 .95 .06 .75 1.6 main
  ball .02 0 .95 .06 .62 1.4 trim
  pair rod -.25 .35 0 .0 .4 1.0 .03 main
  pair rod .25 .35 0 .0 .4 1.0 .03 main
chandelier: brass/lamp, black/lamp; place=air
  turned 0 0 .2 .03 0 .12 .1 .04 .25 .03 .9 main
  round:8 pipe .02 .05 0 .35 .35 0 .15 .6 0 .3 .6 0 .42 main
  round:8 ball .6 0 .5 .08 .08 .16 trim
painting on the wall: gold/sky-blue, black/spotted crimson, walnut/striped green; place=wall
  block 0 0 .5 .05 1.3 1.0 main
  block .03 0 .5 .03 1.1 .8 trim
round clock on the wall: black, red, brass; place=wall
  rod 0 0 .5 .1 0 .5 .5 main
  rod .1 0 .5 .11 0 .5 .43 white
  block .12 0 .65 .02 .04 .3 black
  block .12 .1 .5 .02 .22 .04 black
hanging towel: striped teal, checkered red; place=wall
  rod .05 -.5 1.2 .05 .5 1.2 .03 steel
  block .06 0 .65 .06 .8 1.1 main
"""
