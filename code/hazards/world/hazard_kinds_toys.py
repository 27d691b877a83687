"""Toys, games and playground things, in the grammar of `hazard_parts`."""

TOYS = """
teddy bear: tan/cream, pink/white, chestnut/tan, sky-blue/white
  ball 0 0 .62 .65 .75 .8 main
  ball .25 0 .6 .3 .5 .5 trim
  ball .05 0 1.2 .55 .62 .58 main
  ball .28 0 1.12 .25 .28 .22 trim
  ball .4 0 1.17 .07 .1 .07 black
  pair ball .27 .13 1.28 .08 .08 .08 black
  pair ball 0 .26 1.45 .14 .24 .24 main
  pair ball .15 .45 .8 .3 .55 .25 main roll=-35
  pair ball .35 .3 .2 .7 .3 .3 main
  pair ball .68 .3 .22 .1 .26 .28 trim
toy rabbit: white/pink, purple/white
  ball 0 0 .5 .5 .55 .7 main
  ball .05 0 1.0 .45 .5 .45 main
  pair ball 0 .12 1.42 .1 .16 .6 main
  pair ball .05 .12 1.42 .05 .09 .45 trim
  pair ball .23 .1 1.06 .08 .08 .08 black
  ball .27 0 .97 .08 .1 .07 trim
  pair ball .3 .2 .12 .5 .22 .22 main
  pair ball .15 .3 .6 .2 .35 .18 main roll=-40
rocking horse: striped red/walnut, white/red, sky-blue/gold
  quadruped z=.15 height=.8 length=.75 girth=.32 leg=.045 neck=.35 rise=58 head=.32 muzzle=.75 dip=40 \
    ears=.1 tail=.4 droop=50 bush=.05 crest=.06
  pair pipe .04 .75 .15 .3 .4 .15 .1 0 .15 .05 -.4 .15 .1 -.75 .15 .3 trim
  block -.05 0 .96 .35 .28 .08 trim
spring rider duck: yellow/orange, lime/red
  bird z=.35 body=.8 girth=.4 tilt=8 legs=0 neck=.15 rise=75 head=.28 beak=.18 tail=.2 fan=.7
  ring 0 0 .08 .15 .035 steel
  ring 0 0 .18 .15 .035 steel
  ring 0 0 .28 .15 .035 steel
  ring 0 0 .38 .15 .035 steel
rubber duck: yellow/orange, pink/red
  ball 0 0 .4 1.1 .85 .75 main
  ball .3 0 .95 .6 .58 .58 main
  ball .65 0 .92 .3 .36 .12 trim
  pair ball .5 .18 1.06 .1 .1 .12 black
  ball -.5 0 .6 .35 .4 .25 main pitch=30
  pair ball -.1 .4 .48 .5 .12 .35 main
beach ball: striped red+white, striped blue+yellow, spotted lime
  ball 0 0 .4 .8 .8 .8 main bands=12
  ball 0 0 .79 .15 .15 .04 trim
football: checkered white, black+yellow
  ball 0 0 .3 .6 .6 .6 main bands=10
  pair ball 0 .29 .3 .2 .05 .2 trim
  twin ball .29 0 .3 .05 .2 .2 trim
spinning top: striped red/gold, striped teal/white, purple+yellow
  turned 0 0 0 .02 0 .12 .15 .45 .5 .5 .6 .35 .75 .06 .85 main sides=18
  rod 0 0 .85 0 0 1.1 .04 trim
  ball 0 0 1.12 .12 .12 .12 trim
toy blocks: red, blue, spotted yellow
  block 0 -.3 .25 .5 .5 .5 main yaw=10
  block .05 .3 .25 .5 .5 .5 green yaw=-15
  block 0 0 .75 .5 .5 .5 orange yaw=30
  turned 0 0 1.0 .3 0 .01 .5 main
puzzle cube: red+blue, orange+green
  block 0 0 .4 .8 .8 .8 black
  block .01 0 .4 .83 .72 .72 main
  pair block 0 0 .4 .72 .83 .72 trim
  block 0 0 .41 .72 .72 .83 yellow
  pair block 0 .13 .4 .85 .03 .85 black
  twin block .13 0 .4 .03 .85 .85 black
  block 0 0 .27 .85 .85 .03 black
  block 0 0 .53 .85 .85 .03 black
die: white/black, red/white
  block 0 0 .4 .8 .8 .8 main
  four ball .2 .2 .8 .16 .16 .04 trim
  ball .4 0 .4 .04 .18 .18 trim
  pair ball .4 .22 .62 .04 .16 .16 trim
  pair ball .4 .22 .18 .04 .16 .16 trim
  four ball .2 .4 .4 .16 .04 .16 trim
kite: red+yellow, striped lime/purple, sky-blue+pink; place=air
  sheet 0 .03 0 2.0 .7 1.3 0 0 -.7 1.3 main yaw=90 pitch=-20
  pipe .02 0 0 0 .1 .2 -.5 0 -.2 -1.0 .1 .2 -1.5 trim
  block .1 .2 -.5 .05 .3 .14 trim
  block 0 -.2 -1.0 .05 .3 .14 trim
  block .1 .2 -1.5 .05 .3 .14 trim
bunch of balloons: red+yellow, pink+white; place=air
  ball 0 0 1.5 .5 .5 .6 main
  ball .35 .2 1.25 .5 .5 .6 trim
  ball -.3 .25 1.3 .5 .5 .6 sky-blue
  ball .1 -.4 1.25 .5 .5 .6 lime
  ball -.3 -.2 1.1 .45 .45 .55 purple
  rod 0 0 1.2 0 0 0 .012 black
  rod .35 .2 .95 0 0 0 .012 black
  rod -.3 .25 1.0 0 0 0 .012 black
  rod .1 -.4 .95 0 0 0 .012 black
snowman: white/red, sky-blue/yellow
  ball 0 0 .5 1.05 1.05 1.0 main
  ball 0 0 1.2 .75 .75 .7 main
  ball 0 0 1.7 .5 .5 .5 main
  rod .22 0 1.7 .5 0 1.68 .05 end=.01 orange
  pair ball .22 .1 1.8 .07 .07 .07 black
  turned 0 0 1.88 .35 0 .35 .03 .2 .04 .19 .35 black
  ring 0 0 1.46 .24 .06 trim
  pair rod 0 .3 1.25 .1 .85 1.55 .03 end=.015 bark
garden gnome: blue/red, green/red, red/blue
  turned 0 0 0 .3 0 .34 .2 .22 .65 main
  ball .02 0 .78 .34 .36 .36 tan
  ball .1 0 .6 .32 .34 .45 white
  turned 0 0 .85 .22 0 .12 .35 .02 .65 trim
  ball .2 0 .8 .1 .1 .1 pink
  pair ball .15 .16 .05 .3 .2 .14 black
  pair rod 0 .25 .55 .15 .3 .3 .07 main
nutcracker soldier: red/navy, green/crimson
  pair rod 0 .12 0 0 .12 .7 .1 trim
  pair block .05 .12 .05 .3 .18 .1 black
  block 0 0 1.0 .3 .45 .65 main
  pair rod 0 .3 1.25 0 .32 .7 .08 main
  rod 0 0 1.3 0 0 1.6 .14 tan
  block .13 0 1.38 .06 .16 .16 white
  rod 0 0 1.6 0 0 2.05 .17 black
  pair block .15 .1 1.2 .02 .06 .04 gold
matryoshka doll: red/gold, spotted blue/pink, purple/yellow
  turned 0 0 0 .35 0 .45 .3 .42 .6 .28 .85 .3 1.1 .18 1.35 .05 1.4 main
  ball .16 0 1.08 .3 .36 .36 tan
  ball .36 0 .5 .16 .5 .5 trim
jack-in-the-box: checkered red+yellow, blue+pink
  block 0 0 .35 .7 .7 .7 main
  block -.45 0 .9 .04 .7 .7 trim pitch=-20
  ring 0 0 .75 .12 .03 steel
  ring 0 0 .87 .12 .03 steel
  ring 0 0 .99 .12 .03 steel
  ring 0 0 1.11 .12 .03 steel
  ball 0 0 1.35 .4 .4 .42 cream
  ball .2 0 1.34 .12 .12 .12 red
  turned 0 0 1.5 .2 0 .02 .4 trim
chess king: white, black
  turned 0 0 0 .4 0 .4 .15 .28 .25 .17 .6 .15 1.1 .3 1.15 .14 1.22 .26 1.5 .1 1.6 main
  block 0 0 1.72 .06 .08 .26 main
  block 0 0 1.74 .06 .22 .08 main
chess rook: cream, charcoal
  turned 0 0 0 .4 0 .4 .15 .27 .25 .22 .8 .32 .9 .32 1.1 main
  round:6 block .27 0 1.16 .1 .16 .14 main
chess knight: cream/oak, black/charcoal
  turned 0 0 0 .4 0 .4 .15 .28 .25 .24 .32 trim
  sheet 0 .3 -.25 .3 .25 .3 .12 .75 .5 .75 .5 .95 .15 1.3 -.1 1.35 -.3 .9 main
  pair ball .16 .15 1.1 .08 .06 .08 trim
bowling pin: white+red, gold+black
  turned 0 0 0 .15 0 .28 .4 .22 .75 .11 1.0 .1 1.1 .16 1.35 .06 1.5 main
  ring 0 0 1.0 .1 .03 trim
  ring 0 0 1.1 .09 .03 trim
playground slide: red/yellow, blue/orange
  pair rod -1.0 .3 0 -.8 .3 2.1 .04 trim
  rod -.95 -.3 .4 -.95 .3 .4 .03 trim
  rod -.92 -.3 .8 -.92 .3 .8 .03 trim
  rod -.88 -.3 1.2 -.88 .3 1.2 .03 trim
  block -.55 0 1.6 .6 .6 .06 main
  pair sheet .3 .05 -.3 1.6 -.3 1.85 1.2 .45 2.0 .3 2.0 .1 1.1 .2 main
  block .45 0 .95 1.9 .6 .05 main pitch=41
  block 1.55 0 .2 .9 .6 .05 main pitch=6
swing: red/yellow, steel/blue
  four rod .7 1.2 0 0 1.1 2.2 .05 main
  rod 0 -1.15 2.2 0 1.15 2.2 .05 main
  pair rod 0 .25 2.2 0 .25 .55 .012 black
  block 0 0 .55 .25 .6 .05 trim
seesaw: lime/red, orange/blue
  block 0 0 .65 3.0 .3 .08 main pitch=15
  sheet 0 .3 -.4 0 .4 0 0 .65 trim
  rod 1.15 -.22 .45 1.15 .22 .45 .03 black
  rod -1.15 -.22 1.05 -1.15 .22 1.05 .03 black
carousel: striped red/gold, striped blue/white
  turned 0 0 0 2.2 0 2.2 .2 trim
  turned 0 0 2.6 2.4 0 2.4 .3 .1 1.2 main sides=18
  rod 0 0 .2 0 0 2.7 .35 trim
  round:4 rod 1.6 0 .2 1.6 0 2.6 .03 brass
  round:4 quadruped white red height=.6 length=.7 girth=.28 leg=.04 neck=.3 rise=55 head=.28 ears=.08 \
    tail=.3 crest=.05 yaw=90 x=1.6 z=.5
trampoline: blue/steel, lime/steel
  ring 0 0 .9 1.5 .1 main
  turned 0 0 .88 1.45 0 1.45 .03 black
  round:6 rod 1.5 0 .9 1.5 0 0 .04 trim
camping tent: orange, green, blue
  pair sheet .75 .03 -1.2 0 1.2 0 1.0 1.7 -1.0 1.7 main roll=28 y=-.38 z=-.08
  sheet 0 .03 -.75 0 .75 0 0 1.5 trim yaw=90 x=-1.1
  block 0 0 .02 2.4 1.6 .04 charcoal
  twin rod 1.1 0 0 1.1 0 1.55 .03 steel
circus tent: striped red/yellow, striped blue/white
  turned 0 0 0 2.2 0 2.2 1.6 2.5 1.7 1.0 2.6 .1 3.6 main sides=16
  rod 0 0 3.5 0 0 4.3 .04 trim
  sheet 0 .03 0 3.9 .7 4.1 0 4.3 trim
  block 2.1 0 .7 .3 .9 1.4 charcoal
tipi: cream/oak, sand/red
  turned 0 0 0 1.4 0 .12 2.6 main sides=12
  round:5 rod .25 0 2.2 -.3 0 3.1 .03 trim
  ring 0 0 .6 1.1 .06 trim
  block 1.0 0 .55 .4 .5 1.1 walnut pitch=-28
pinwheel: red+yellow, lime+purple
  rod 0 0 0 0 0 1.4 .025 oak
  sheet 0 .03 0 0 .6 0 .5 .35 main yaw=90 x=.05 y=-.3 z=1.4
  sheet 0 .03 0 0 0 .6 -.35 .5 trim yaw=90 x=.05 z=1.4 y=.17
  sheet 0 .03 0 0 -.6 0 -.5 -.35 main yaw=90 x=.05 z=1.4 y=.3
  sheet 0 .03 0 0 0 -.6 .35 -.5 trim yaw=90 x=.05 z=1.4 y=-.17
  ball .08 0 1.4 .1 .1 .1 black
target on the wall: red+white; place=wall
  rod 0 0 .5 .06 0 .5 .5 main
  rod 0 0 .5 .08 0 .5 .4 trim
  rod 0 0 .5 .1 0 .5 .28 main
  rod 0 0 .5 .12 0 .5 .15 trim
"""
