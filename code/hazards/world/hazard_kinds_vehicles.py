"""Vehicles other than cars, in the grammar of `hazard_parts`."""

VEHICLES = """
helicopter: red/white, navy/yellow, olive/charcoal; place=air
  ball 0 0 1.3 2.6 1.4 1.5 main
  ball .65 0 1.4 1.4 1.2 1.1 glass
  rod -.9 0 1.5 -4.0 0 1.8 .3 end=.1 main
  sheet 0 .08 -4.1 1.6 -3.6 1.8 -3.9 2.7 -4.3 2.7 trim
  block 0 0 2.25 5.6 .2 .05 charcoal yaw=25
  block 0 0 2.25 .2 5.6 .05 charcoal yaw=25
  rod 0 0 1.9 0 0 2.3 .1 charcoal
  pair rod -1.2 .7 .1 1.3 .7 .1 .06 trim
  four rod .6 .4 .9 .6 .7 .1 .05 trim
aeroplane: white/red, yellow/blue, silver/orange; place=air
  pipe .5 -3.2 0 1.5 -1 0 1.2 1.5 0 1.15 2.6 0 1.1 end=.35 main
  ball .7 0 1.6 1.3 .7 .6 glass
  pair sheet 0 .1 1.0 0 -.3 0 -.2 3.4 .6 3.4 trim roll=-85 y=1.9 z=-.5
  pair sheet 0 .08 -2.7 0 -3.3 0 -3.4 1.2 -3.0 1.2 trim roll=-88 y=.65 z=.9
  sheet 0 .08 -2.5 1.6 -3.3 1.6 -3.6 2.7 -3.2 2.7 trim
  ball 2.95 0 1.1 .05 .2 1.8 black
  pair rod .9 .5 .25 .9 .35 1.0 .05 black
  pair wheel .9 .5 .25 .25 .1
biplane: red/cream, blue/yellow; place=air
  rod 1.4 0 1.0 -2.2 0 1.2 .42 end=.12 main
  pair block .6 1.5 .7 .9 3.0 .07 trim x=0
  block .7 0 1.9 .9 6.0 .07 main
  four rod .35 1.8 .7 .35 1.8 1.9 .03 oak x=.6
  four rod .35 .4 1.1 .35 .5 1.9 .03 oak x=.6
  block -2.0 0 1.25 .6 1.8 .05 main
  sheet 0 .05 -1.8 1.2 -2.3 1.2 -2.4 2.0 -2.1 2.0 main
  block 1.5 0 1.0 .05 .15 1.7 oak roll=30
  pair wheel .8 .5 .2 .25 .1
hot-air balloon: striped red+yellow, sky-blue+white, striped purple+gold, checkered orange+teal; place=air
  turned 0 0 2.2 .5 0 1.4 1.1 2.1 2.3 2.4 3.6 2.1 5.0 1.2 6.0 .1 6.4 main sides=18
  block 0 0 .5 1.0 1.0 .8 oak
  four rod .45 .45 .9 .4 .4 2.3 .03 trim
  ring 0 0 2.3 .55 .08 trim
airship: silver/red, yellow/navy; place=air
  ball 0 0 2.0 9 2.6 2.6 main bands=10
  block .6 0 .6 1.8 .7 .6 trim
  sheet 0 .1 -3.2 2.6 -4.6 2.6 -4.8 3.9 -4.1 3.9 trim
  sheet 0 .1 -3.2 1.4 -4.6 1.4 -4.8 .2 -4.1 .2 trim
  pair block -4.1 1.3 2.0 1.0 1.6 .1 trim
flying saucer: silver/lime, purple/yellow; place=air
  turned 0 0 0 .6 0 2.2 .5 2.3 .6 2.2 .7 .9 1.1 main sides=20
  ball 0 0 1.15 1.7 1.7 1.3 glass
  round:8 ball 1.8 0 .5 .3 .3 .3 trim
rocket: white+red, striped red/silver, silver+orange
  turned 0 0 .6 .35 0 .55 .8 .55 2.2 .35 3.2 main
  turned 0 0 3.8 .35 0 .2 .45 .02 .9 trim
  round:4 sheet 0 .08 .4 1.6 .45 .7 1.0 0 1.0 .6 trim
  turned 0 0 .35 .35 0 .25 .3 charcoal
  ball .48 0 2.5 .2 .4 .4 glass
space shuttle: white/black
  pipe .7 -2.8 0 .9 0 0 .9 2.0 0 .9 3.2 0 .75 end=.3 main
  pair sheet 0 .15 .8 0 -2.8 0 -2.8 1.9 -1.6 1.6 main roll=-90 y=.9 z=-.65
  sheet 0 .15 -1.6 1.5 -2.8 1.5 -3.2 3.0 -2.6 3.0 main
  ball 2.3 0 1.25 .8 .8 .4 black
  pair turned -2.7 .35 .9 .15 0 .35 .5 trim pitch=-90
  block -.3 0 .25 4.5 1.0 .1 trim
sailing boat: white/red, navy/white, oak/cream
  sheet 0 1.0 -1.6 .9 1.9 1.0 1.0 .1 -1.4 .1 main
  sheet 0 .06 -.1 1.2 -1.5 1.2 -.1 4.2 trim
  sheet 0 .06 .1 1.2 1.6 1.2 .1 3.8 white
  rod 0 0 .8 0 0 4.5 .05 oak
rowing boat: sky-blue/white, red/oak
  pair sheet .42 .06 -1.5 .55 1.7 .7 1.1 .05 -1.3 .05 main
  block -.1 0 .08 2.5 .8 .08 main
  block -1.4 0 .3 .08 .8 .5 main
  block 1.35 0 .35 .5 .8 .5 main pitch=40
  block -.4 0 .4 .25 .85 .05 trim
  block .5 0 .4 .25 .85 .05 trim
  pair rod -.2 .3 .55 .6 1.4 .2 .03 trim
  pair block .65 1.5 .17 .4 .2 .04 trim
canoe: red/oak, green/oak, striped yellow/oak
  pipe .3 -2.2 0 .55 -1.6 0 .3 0 0 .25 1.6 0 .3 2.2 0 .55 end=.05
  turned 0 0 .3 .2 0 .2 .02 trim
  rod -.5 -.5 .5 .8 .6 .62 .03 trim
submarine: yellow, charcoal, orange
  ball 0 0 .9 5 1.5 1.5 main bands=10
  block .2 0 1.8 1.2 .5 .9 main taper=.8
  pipe .06 .3 0 2.1 .3 0 2.8 .5 0 2.85 black
  pair block -2.1 .6 .9 .5 1.0 .08 trim
  block -2.2 0 .9 .5 .08 1.6 trim
  pair rod 1.2 .5 1.1 1.2 .72 1.1 .22 glass
steam locomotive: black/red, green/gold
  rod -.6 0 1.5 2.4 0 1.5 .65 main sides=14
  rod 2.4 0 1.5 2.5 0 1.5 .6 trim
  turned 1.9 0 2.0 .18 0 .18 .5 .3 .9 .28 .9 main
  ball .7 0 2.15 .5 .5 .5 trim
  block -1.3 0 1.8 1.4 1.6 1.8 main
  block -1.3 0 2.75 1.7 1.9 .12 trim
  pair block -1.2 .8 2.1 .8 .05 .6 glass
  block .5 0 .75 4.4 1.1 .25 charcoal
  pair wheel -1.1 .6 .5 .5 .15 charcoal trim
  pair wheel .1 .6 .5 .5 .15 charcoal trim
  pair wheel 1.3 .6 .5 .5 .15 charcoal trim
  sheet 0 1.3 2.4 .8 2.7 .8 3.1 .1 2.4 .1 trim
tram: yellow/white, crimson/cream
  block 0 0 1.6 8 2.2 1.6 main
  block 0 0 2.55 8.02 2.1 .7 glass
  block 0 0 3.0 8 2.2 .25 trim
  four wheel 2.4 .9 .4 .4 .2 charcoal steel
  four wheel 3.2 .9 .4 .4 .2 charcoal steel
  pipe .04 .6 0 3.1 -.3 0 3.5 .6 0 3.9 black
mine cart: rust, charcoal
  block 0 0 .75 1.3 .9 .7 main taper=1.25
  four wheel .4 .4 .2 .2 .1 black steel
  ball -.2 .1 1.15 .8 .7 .5 charcoal
  ball .3 -.1 1.15 .6 .6 .5 grey
tractor: green/yellow, red/white, blue/white
  block .8 0 1.1 1.9 .8 .75 main
  pair wheel -.7 .85 .85 .85 .45 black trim
  pair wheel 1.3 .7 .45 .45 .3 black trim
  block -.6 0 1.1 1.2 1.0 .7 main
  four rod .5 .5 1.4 .45 .45 2.5 .04 black x=-.6
  block -.6 0 2.5 1.3 1.2 .1 main
  rod .9 .2 1.4 .9 .2 2.2 .06 black
  rod -.3 0 1.7 -.1 0 1.75 .25 black
tank: olive, sand
  pair sheet 1.1 .5 -2.6 .7 -2.2 0 2.0 0 2.6 .7 2.3 1.0 -2.3 1.0 charcoal
  block 0 0 1.0 4.6 2.2 .6 main taper=.9
  turned -.2 0 1.2 1.1 0 .9 .7 main
  rod .6 0 1.6 3.6 0 1.75 .12 main
shopping trolley: steel+red, steel+blue
  four rod .35 .25 .4 .45 .3 .95 .02 main
  block 0 0 .45 .8 .55 .03 main
  twin block .42 0 .7 .02 .6 .03 main
  pair block 0 .28 .6 .85 .02 .03 main
  pair block 0 .29 .7 .85 .02 .03 main
  pair block 0 .3 .8 .85 .02 .03 main
  four block 0 .31 .95 .95 .03 .03 main
  twin block .45 0 .95 .03 .6 .03 main
  block .1 0 .62 .5 .45 .3 trim
  four rod .35 .2 .4 .4 .22 .1 .02 main
  four wheel .4 .22 .07 .07 .04
  pair rod -.45 .3 .95 -.6 .3 1.05 .02 main
  rod -.6 -.3 1.05 -.6 .3 1.05 .03 trim
pram: navy/white, pink/white
  sheet 0 .5 -.45 .9 .5 .9 .35 .5 -.3 .5 main
  rod 0 -.26 .9 0 .26 .9 .45 main x=-.15 z=.02
  block .3 0 .92 .35 .42 .06 trim
  four wheel .33 .3 .2 .2 .05 black steel
  pipe .025 -.35 0 .8 -.65 0 1.05 -.9 0 1.1 steel
wheelchair: blue/steel, red/steel
  block 0 0 .5 .45 .45 .06 main
  block -.24 0 .78 .05 .45 .5 main
  pair wheel -.12 .3 .32 .32 .04 black steel
  pair wheel .33 .22 .1 .1 .04
  pair rod -.24 .25 .5 -.4 .25 .95 .02 trim
  pair rod -.2 .25 .7 .2 .25 .7 .025 black
  pair rod .2 .2 .48 .45 .2 .15 .02 trim
  pair block .5 .12 .14 .16 .16 .02 black
covered wagon: cream/oak, white/red
  block 0 0 .95 2.6 1.2 .5 trim
  rod -1.3 0 1.25 1.3 0 1.25 .75 main sides=14
  pair wheel -.9 .75 .6 .6 .1 oak walnut
  pair wheel .9 .75 .5 .5 .1 oak walnut
  rod 1.3 0 .7 2.6 0 .6 .05 trim
sledge: red, pine
  block 0 0 .35 1.2 .5 .06 main
  pair pipe .03 -.65 .25 .04 0 .25 .03 .55 .25 .05 .8 .25 .3 .65 .25 .42 steel
  four rod .35 .25 .05 .35 .25 .35 .025 main
ice-cream cart: pink/white, mint/white
  block 0 0 .7 1.3 .8 .7 main
  pair wheel -.1 .45 .35 .35 .08 charcoal trim
  four rod .55 .35 1.0 .55 .35 1.9 .025 trim
  turned 0 0 1.9 1.0 0 .1 .5 striped_red sides=10
  turned .2 0 1.05 .02 0 .15 .3 tan
  ball .2 0 1.42 .34 .34 .34 cream
unicycle: red, lime
  wheel 0 0 .32 .32 .06 black main
  pair rod 0 .06 .32 0 .06 .65 .02 steel
  rod 0 0 .65 0 0 .95 .025 steel
  ball 0 0 1.0 .34 .18 .1 main
"""
