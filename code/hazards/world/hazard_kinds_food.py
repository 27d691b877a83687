"""Giant food and tableware, in the grammar of `hazard_parts`."""

FOOD = """
giant apple: red, lime, yellow
  turned 0 0 0 .15 0 .4 .1 .52 .45 .5 .7 .3 .9 .08 .85 main
  rod 0 0 .8 .05 0 1.1 .03 bark
  ball .2 0 1.02 .35 .18 .06 green
giant pear: lime, gold
  turned 0 0 0 .15 0 .42 .2 .45 .45 .3 .75 .2 1.0 .05 1.12 main
  rod 0 0 1.1 .05 0 1.3 .025 bark
giant banana: yellow, lime
  pipe .05 -.9 0 .75 -.7 0 .4 0 0 .2 .7 0 .4 .85 0 .65 end=.05 samples=9
  pipe .2 -.7 0 .42 0 0 .22 .68 0 .4 end=.16
giant carrot: orange/green
  turned 0 0 0 .03 0 .3 1.4 .2 1.55 main pitch=80 z=-.4
  round:4 pipe .03 -.7 0 .3 -1.1 .1 .45 -1.3 .2 .6 trim x=0
pumpkin: orange, tan
  round:8 ball .25 0 .42 .6 .38 .8 main
  rod 0 0 .75 .08 0 1.05 .07 green
jack-o'-lantern: orange/lamp
  round:8 ball .25 0 .42 .6 .38 .8 main
  rod 0 0 .75 .08 0 1.05 .07 green
  pair sheet .0 .12 -.1 -.08 .1 -.08 0 .12 trim yaw=90 x=.5 y=.18 z=.55
  block .5 0 .25 .12 .4 .1 trim
watermelon slice: red/green
  sheet 0 .3 -.8 .7 .8 .7 .6 .25 0 .05 -.6 .25 main
  pipe .07 -.85 0 .7 -.6 0 .2 0 0 .03 .6 0 .2 .85 0 .7 end=.07 trim
  pair ball -.3 .16 .5 .08 .02 .1 black
  pair ball .1 .16 .35 .08 .02 .1 black
  pair ball .4 .16 .52 .08 .02 .1 black
giant pineapple: tiled gold/green
  turned 0 0 0 .25 0 .4 .25 .42 .6 .3 1.0 .15 1.1 main
  round:7 pipe .06 0 0 1.05 .15 0 1.4 .4 0 1.6 end=.01 trim
  round:5 pipe .06 0 0 1.1 .08 0 1.5 .15 0 1.85 end=.01 trim
giant strawberry: spotted red/green
  turned 0 0 0 .03 0 .3 .35 .42 .75 .3 .98 .05 1.05 main
  round:6 ball .2 0 1.03 .4 .16 .06 trim
giant cherries: crimson/green, red/green
  ball 0 -.4 .3 .6 .6 .6 main
  ball .05 .4 .3 .6 .6 .6 main
  pipe .03 0 -.4 .58 0 -.25 1.0 .05 .05 1.4 trim
  pipe .03 .05 .4 .58 .05 .3 1.0 .05 .05 1.4 trim
  ball .05 .3 1.4 .25 .55 .06 trim
toadstool: spotted red/cream, spotted brown/tan, purple/white
  turned 0 0 0 .25 0 .18 .3 .15 .8 trim
  turned 0 0 .75 .7 0 .68 .12 .45 .35 .05 .48 main
ice-cream cone: pink/tan, mint/tan, cream/walnut
  turned 0 0 0 .04 0 .32 1.0 trim
  ball 0 0 1.15 .72 .72 .65 main
  ball 0 0 1.5 .5 .5 .5 main
  ball 0 0 1.8 .15 .15 .15 red
giant lollipop: striped red/white, striped lime/white, striped purple/white
  rod 0 0 0 0 0 1.2 .035 trim
  rod -.06 0 1.5 .06 0 1.5 .42 main sides=18
doughnut: pink/tan, walnut/tan, spotted white/tan
  ring 0 0 .62 .42 .2 trim roll=90
  pair ring 0 .06 .62 .42 .18 main roll=90
birthday cake: pink/white, walnut/cream, mint/white
  turned 0 0 0 .8 0 .8 .4 main sides=18
  turned 0 0 .4 .55 0 .55 .35 trim sides=18
  ring 0 0 .4 .78 .06 trim
  round:6 rod .4 0 .75 .4 0 1.0 .03 sky-blue
  round:6 ball .4 0 1.04 .06 .06 .1 lamp
hamburger: tan/lime
  turned 0 0 0 .65 0 .72 .1 .7 .22 main
  turned 0 0 .2 .74 0 .74 .16 walnut
  turned 0 0 .36 .8 0 .82 .03 .76 .06 trim
  turned 0 0 .42 .72 0 .74 .08 red
  turned 0 0 .5 .72 0 .7 .18 .45 .38 .05 .45 main
hot dog: tan/crimson
  pair ball 0 .17 .25 1.7 .4 .45 main
  pipe .15 -1.0 0 .42 0 0 .4 1.0 0 .42 trim
  pipe .04 -.8 .05 .55 -.4 -.06 .56 0 .06 .56 .4 -.06 .56 .8 .05 .55 yellow
wedge of cheese: yellow
  sheet 0 .7 -.7 0 .8 0 -.7 .8 main
  pair ball -.3 .35 .2 .2 .04 .2 gold
  pair ball .2 .35 .15 .14 .04 .14 gold
  pair ball -.45 .35 .5 .14 .04 .14 gold
slice of pizza: gold/tan
  sheet 0 .08 -.7 0 .8 .0 -.7 1.0 main
  rod -.7 0 0 -.7 0 1.0 .1 trim
  pair ball -.4 .05 .3 .25 .03 .25 red
  pair ball -.45 .05 .65 .2 .03 .2 red
  pair ball .1 .05 .18 .2 .03 .2 red
giant egg: white, spotted sky-blue, striped pink
  turned 0 0 0 .15 0 .42 .3 .45 .55 .36 .9 .2 1.12 .04 1.2 main
fried egg on the wall: white/yellow; place=wall
  ball 0 0 .5 .06 1.1 .9 main
  ball 0 .3 .4 .06 .7 .6 main
  ball .05 0 .55 .15 .4 .4 trim
giant bottle: green, glass, brown
  turned 0 0 0 .25 0 .28 .05 .28 .9 .1 1.2 .09 1.6 .12 1.62 .12 1.7 main
  turned 0 0 .35 .29 0 .29 .4 cream
teapot: white/blue, spotted red/white, copper/black
  turned 0 0 0 .25 0 .45 .25 .45 .5 .25 .75 .05 .8 main
  ball 0 0 .85 .12 .12 .12 trim
  pipe .1 .35 0 .3 .6 0 .45 .8 0 .8 end=.05 main
  pipe .05 -.38 0 .6 -.75 0 .6 -.7 0 .25 -.4 0 .2 main
coffee cup: white/brown, striped teal/brown, red/brown
  turned 0 0 .06 .25 0 .4 .2 .45 .6 .4 .6 main
  turned 0 0 .6 .4 0 .4 .01 trim
  pipe .05 .4 0 .55 .7 0 .5 .65 0 .25 .36 0 .2 main
  turned 0 0 0 .35 0 .75 .07 main
wine goblet: glass+crimson, gold+crimson
  turned 0 0 0 .35 0 .05 .05 .04 .7 main
  turned 0 0 .7 .05 0 .32 .25 .35 .4 trim
  turned 0 0 1.1 .35 0 .3 .4 main
salt shaker: white/steel, glass/red
  turned 0 0 0 .3 0 .22 .8 main sides=8
  turned 0 0 .8 .24 0 .22 .12 .08 .24 trim
giant fork: steel, gold
  pipe .05 0 0 0 0 0 .9 0 0 1.2
  block 0 0 1.25 .06 .36 .1 main
  pair rod 0 .15 1.25 .05 .15 1.75 .03 main
  pair rod 0 .05 1.25 .05 .05 1.75 .03 main
  turned 0 0 0 .15 0 .12 .05 charcoal
wedding cake: white+pink, white+gold
  turned 0 0 0 .9 0 .9 .5 main sides=18
  turned 0 0 .5 .65 0 .65 .5 main sides=18
  turned 0 0 1.0 .4 0 .4 .5 main sides=18
  ring 0 0 .5 .88 .05 trim
  ring 0 0 1.0 .63 .05 trim
  ring 0 0 .05 .9 .05 trim
  ball 0 0 1.6 .3 .3 .25 trim
"""
