"""Musical instruments, in the grammar of `hazard_parts`."""

INSTRUMENTS = """
grand piano: black, white, crimson
  sheet 0 .3 -.9 -.75 1.0 -.6 .9 .1 .2 .2 -.1 .75 -.9 .75 main roll=90 z=.8
  sheet 0 .04 -.8 -.75 1.0 -.6 .9 .1 .2 .2 -.1 .75 -.8 .75 main roll=140 y=-.5 z=1.4
  block -.98 0 .72 .25 1.4 .08 main
  block -1.0 0 .78 .18 1.3 .03 white
  rod -.8 .5 0 -.8 .5 .7 .07 main
  rod -.8 -.5 0 -.8 -.5 .7 .07 main
  rod .6 -.3 0 .6 -.3 .7 .07 main
upright piano: walnut, black
  block -.1 0 .65 .4 1.5 1.3 main
  block .2 0 .65 .35 1.5 .12 main
  block .22 0 .73 .25 1.4 .03 white
  block .24 0 .755 .12 1.3 .03 striped_black
  pair rod .33 .68 0 .33 .68 .6 .04 main
guitar: oak/walnut, red/white, sky-blue/white
  ball 0 0 .45 .16 .8 .8 main
  ball 0 0 .95 .16 .6 .6 main
  rod .07 0 .75 .1 0 .75 .13 trim
  block .06 0 1.6 .06 .1 1.3 trim
  block .03 0 2.25 .05 .18 .3 trim
  block .1 0 .4 .04 .3 .06 trim
  round:3 rod -.05 0 .4 .45 0 0 .02 black
electric guitar: black/silver, lime/black
  sheet 0 .1 -.35 .1 .35 .1 .3 .5 .55 .85 .15 .65 -.15 .65 -.5 .95 -.3 .5 main yaw=90
  block .04 0 1.2 .05 .09 1.2 oak
  block .04 0 1.85 .05 .22 .22 trim
  block .06 0 .4 .03 .25 .08 trim
cello: chestnut/black, walnut/black
  ball 0 0 .5 .25 .7 .65 main
  ball 0 0 .95 .22 .56 .55 main
  block 0 0 .72 .2 .4 .3 main
  block .1 0 1.3 .06 .08 1.1 trim
  ball .05 0 1.9 .1 .1 .16 main
  rod 0 0 .2 0 0 -.1 .02 steel
  block .16 0 .6 .02 .2 .08 cream
drum kit: red/silver, blue/brass
  rod -.25 0 .4 .25 0 .4 .38 main
  rod .25 0 .4 .26 0 .4 .34 white
  pair turned .0 .3 .8 .2 0 .2 .25 main
  turned -.5 .6 0 .25 0 .25 .6 main
  pair turned 0 .75 1.3 .35 0 .02 .06 trim
  pair rod 0 .75 0 0 .75 1.3 .02 steel
bass drum: red/white, navy/gold
  rod -.25 0 .7 .25 0 .7 .6 white sides=18
  rod -.2 0 .7 .2 0 .7 .64 main sides=18
  twin ring .22 0 .7 .62 .05 trim pitch=90
  pair block 0 .35 .12 .6 .12 .25 walnut
tuba: brass, silver
  turned 0 0 .7 .12 0 .15 .5 .25 .75 .5 .95 main
  pipe .1 0 0 .7 0 .02 .25 0 .25 .08 0 .5 .25 0 .52 .8 0 .35 1.05 0 .22 .8 main
  pipe .05 .1 .25 .5 .3 .25 .9 .35 .2 1.1 main
  rod .12 .1 .35 .12 .1 .8 .05 main
trumpet: brass
  turned 0 0 0 .05 0 .05 .6 .1 .9 .28 1.15 main pitch=90 x=.6 z=.4
  rod -.8 0 .97 .6 0 .97 .04 main
  pair rod -.1 .02 .7 -.1 .02 1.2 .05 main
  rod .1 0 .7 .1 0 1.2 .05 main
  pipe .04 -.5 0 .95 -.6 0 .75 0 0 .7 .5 0 .75 .45 0 .95 main
  rod 0 0 .7 0 0 0 .03 black
saxophone: brass, copper
  pipe .06 -.35 0 1.5 -.1 0 1.55 0 0 1.4 .02 0 .6 .05 0 .2 .3 0 .08 .45 0 .35 end=.13 main
  turned .48 0 .3 .12 0 .18 .3 .28 .5 main
  rod .08 0 1.2 .1 0 .5 .03 trim
harp: gold, walnut
  pipe .09 .5 0 .1 .35 0 .8 .15 0 1.5 main
  pipe .08 .15 0 1.5 -.1 0 1.65 -.4 0 1.35 -.6 0 1.5 main
  rod -.55 0 1.5 -.5 0 .1 .06 main
  block 0 0 .08 1.2 .4 .16 main
  rod -.35 0 1.4 -.35 0 .15 .012 white
  rod -.2 0 1.5 -.2 0 .15 .012 white
  rod -.05 0 1.6 -.05 0 .15 .012 white
  rod .1 0 1.5 .1 0 .15 .012 white
  rod .25 0 1.2 .25 0 .15 .012 white
xylophone: oak/red
  pair block .0 .45 .4 1.6 .06 .06 main
  four rod .7 .45 0 .7 .45 .4 .04 main
  block -.7 0 .46 .18 1.2 .05 red
  block -.42 0 .46 .18 1.1 .05 orange
  block -.14 0 .46 .18 1.0 .05 yellow
  block .14 0 .46 .18 .95 .05 green
  block .42 0 .46 .18 .9 .05 blue
  block .7 0 .46 .18 .85 .05 purple
church bell: brass, copper
  turned 0 0 .2 .6 0 .5 .15 .38 .6 .3 .9 .1 1.0 main
  ball 0 0 .2 .2 .2 .2 charcoal
  pair block 0 .75 .75 .12 .12 1.5 oak
  block 0 0 1.45 .14 1.7 .14 oak
  pair block 0 .75 .06 .9 .12 .12 oak
  rod 0 0 1.15 0 0 1.4 .06 charcoal
gramophone: oak/brass, walnut/copper
  block 0 0 .25 .6 .6 .35 main
  turned 0 0 .42 .26 0 .26 .03 black
  pipe .03 -.2 0 .45 -.3 0 .9 -.1 0 1.1 .1 0 1.05 end=.08 trim
  turned .1 0 .95 .06 0 .15 .3 .5 .6 trim pitch=60 z=.15
accordion: red/black, teal/black
  block .3 0 .5 .2 .45 .9 main
  block -.3 0 .5 .2 .45 .9 main
  block -.12 0 .5 .1 .4 .8 trim
  block 0 0 .5 .1 .36 .76 white
  block .12 0 .5 .1 .4 .8 trim
  block .42 0 .5 .05 .2 .8 white
maracas: red/oak
  ball 0 -.25 .9 .4 .4 .5 main
  rod 0 -.25 .7 0 -.4 0 .05 trim
  ball 0 .3 .9 .4 .4 .5 main
  rod 0 .3 .7 0 .45 0 .05 trim
"""
