"""Lost loads, rubble and monuments, in the grammar of `hazard_parts`."""

DEBRIS = """
barrel: oak/rust, blue/navy, rusty orange/rust, red+white
  turned 0 0 0 .28 0 .34 .3 .36 .5 .34 .7 .28 1.0 main
  ring 0 0 .2 .33 .03 trim
  ring 0 0 .8 .33 .03 trim
crate: pine/oak, green/olive, steel/grey
  block 0 0 .5 .9 .9 .9 main
  four block .46 .46 .5 .1 .1 1.0 trim
  pair block 0 .46 .95 1.0 .1 .1 trim
  twin block .46 0 .95 .1 1.0 .1 trim
  pair block 0 .46 .05 1.0 .1 .1 trim
  twin block .46 0 .05 .1 1.0 .1 trim
  twin block .46 0 .5 .06 1.15 .1 trim roll=42
pile of tyres: black, charcoal+white
  ring 0 0 .15 .3 .15 main
  ring .05 .03 .43 .3 .15 main
  ring -.04 .05 .71 .3 .15 main
  ring .6 .2 .15 .3 .15 trim
  ring .35 -.35 .3 .3 .15 main roll=60
giant tyre: black/yellow
  ring 0 0 .9 .65 .28 main roll=90
  pair rod 0 0 .9 0 .15 .9 .42 trim
cardboard boxes: tan, sand
  block 0 0 .3 .8 .8 .6 main yaw=10
  block 0 .75 .22 .5 .55 .44 main yaw=-20
  block -.05 .05 .8 .55 .55 .4 main yaw=30
  block 0 0 .605 .12 .82 .01 cream yaw=10
rubbish bags: black, blue
  ball 0 0 .35 .8 .75 .65 main
  ball .1 0 .72 .15 .15 .2 main
  ball .3 .7 .3 .7 .7 .6 main
  ball .3 .7 .62 .12 .12 .18 main
  ball -.5 .45 .28 .65 .6 .55 main
heap of rubble: concrete/brick, sandstone/grey
  ball 0 0 .1 2.2 2.4 .9 main bands=5
  block .4 .3 .5 .7 .4 .3 trim yaw=30 pitch=25
  block -.5 -.3 .5 .6 .5 .4 main yaw=60 roll=30
  block .1 -.7 .35 .5 .7 .3 trim yaw=-20 pitch=-30
  block -.3 .6 .4 .9 .3 .25 main yaw=75 roll=20
  block .7 -.4 .25 .5 .4 .4 main yaw=45 roll=40
  rod -.6 .2 .5 .5 .5 1.3 .03 rust
pile of logs: bark/oak, white/tan
  rod -1.2 -.35 .25 1.2 -.35 .25 .25 main
  rod -1.2 .2 .25 1.2 .2 .25 .25 main
  rod -1.1 .75 .25 1.3 .75 .25 .25 main
  rod -1.2 -.08 .68 1.2 -.08 .68 .25 main
  rod -1.1 .47 .68 1.3 .47 .68 .25 main
  rod -1.2 .2 1.1 1.2 .2 1.1 .25 main
  twin rod 1.2 -.08 .68 1.22 -.08 .68 .2 trim
  twin rod 1.2 .2 1.1 1.22 .2 1.1 .2 trim
cable drum: pine/black, red/charcoal
  pair rod 0 .4 .75 0 .5 .75 .75 main sides=18
  rod 0 -.4 .75 0 .4 .75 .5 trim sides=16
drain pipes: concrete, rust
  twin turned 1.1 0 .55 .42 0 .55 0 .55 2.0 .42 2.0 .42 0 main roll=90 y=1.0 x=-.5
  turned 0 0 1.4 .42 0 .55 0 .55 2.0 .42 2.0 .42 0 main roll=90 y=1.0 x=.05 z=.05
suitcase: brown/tan, red/black, teal/silver
  block 0 0 .5 .35 .95 .75 main
  pair block 0 .28 .5 .37 .06 .77 trim
  pipe .025 0 -.15 .87 0 -.12 1.0 0 .12 1.0 0 .15 .87 trim
  four wheel .1 .38 .07 .07 .05
gas cylinder: red, sky-blue, orange
  turned 0 0 0 .2 0 .22 .05 .22 1.1 .15 1.3 .06 1.35 .06 1.5 main
  ring 0 0 1.5 .1 .02 trim
shipping container: crimson, blue, rusty green
  block 0 0 1.3 6 2.4 2.5 main
  pair block 0 1.2 2.55 6.1 .1 .1 trim
  pair block 0 1.2 .06 6.1 .1 .12 trim
  four block 3 1.2 1.3 .12 .12 2.6 trim
  pair rod 3.04 .3 .2 3.04 .3 2.4 .04 steel
boulder: grey, sandstone, olive
  ball 0 0 .6 1.9 1.5 1.4 main bands=4
  ball .5 .3 .4 1.2 1.1 1.0 main bands=4 yaw=30
  ball -.4 -.4 .35 1.1 1.0 .9 main bands=3 yaw=70
anchor: charcoal, rust
  rod 0 0 .1 0 0 1.6 .07 main
  pipe .09 -.75 0 .65 -.5 0 .2 0 0 .05 .5 0 .2 .75 0 .65 end=.05 main
  rod 0 -.4 1.4 0 .4 1.4 .05 main
  ring 0 0 1.7 .12 .03 main roll=90
  twin block .72 0 .62 .25 .1 .12 main pitch=50
anvil: charcoal/oak
  turned 0 0 0 .4 0 .4 .5 trim
  block 0 0 .58 .5 .3 .15 main taper=.7
  block 0 0 .75 .25 .2 .2 main
  block -.1 0 .92 .7 .26 .16 main
  rod .2 0 .92 .75 0 .96 .13 end=.02 main
jerrycan: red, olive
  block 0 0 .35 .5 .25 .7 main
  block .12 0 .35 .04 .27 .5 trim pitch=35
  block -.12 0 .35 .04 .27 .5 trim pitch=-35
  rod .15 0 .68 .28 0 .8 .06 trim
  pipe .025 -.22 0 .7 -.1 0 .82 .08 0 .82 .1 0 .7 main
bucket: steel, yellow, blue
  turned 0 0 0 .2 0 .3 .55 .27 .55 .18 .08 main
  pipe .015 0 -.3 .5 -.1 -.2 .8 -.1 .2 .8 0 .3 .5 charcoal
pile of pallets: pine, blue
  block 0 0 .08 1.2 1.0 .05 main
  pair block 0 .4 .03 1.2 .12 .06 main
  block 0 0 .25 1.2 1.0 .05 main yaw=4
  pair block 0 .4 .17 1.2 .12 .12 main
  block .03 0 .42 1.2 1.0 .05 main yaw=-5
  pair block 0 .4 .34 1.2 .12 .12 main
  block 0 0 .59 1.2 1.0 .05 main yaw=8
  pair block 0 .4 .51 1.2 .12 .12 main
umbrella: red, striped yellow, navy, checkered pink
  turned 0 0 0 .65 0 .5 .18 .25 .3 .02 .36 main sides=10 roll=70 z=.35
  rod 0 .25 .4 0 -.7 .1 .02 trim
  pipe .025 0 -.7 .1 0 -.8 .05 0 -.78 .16 trim
mattress: striped sky-blue, spotted pink
  block 0 0 .8 .25 1.9 1.3 main pitch=-15
  block .08 0 .8 .2 1.6 1.0 main pitch=-15
step ladder: steel/red, oak, yellow/charcoal
  pair rod .45 .28 0 0 .2 1.9 .03 main
  pair rod -.45 .28 0 0 .2 1.9 .03 main
  block .36 0 .4 .12 .5 .03 main
  block .26 0 .8 .12 .46 .03 main
  block .17 0 1.2 .12 .42 .03 main
  block .07 0 1.6 .12 .38 .03 main
  block 0 0 1.92 .25 .42 .05 trim
heap of sandbags: tan, olive
  pair ball 0 .4 .14 .5 .85 .28 main
  pair ball 0 1.2 .14 .5 .85 .28 main
  ball 0 0 .38 .5 .85 .28 main
  pair ball 0 .8 .38 .5 .85 .28 main
  pair ball 0 .4 .62 .5 .85 .28 main
girder: rust, crimson
  block 0 0 .4 3.5 .5 .06 main
  block 0 0 .06 3.5 .5 .06 main
  block 0 0 .23 3.5 .06 .3 main
obelisk: marble, sandstone
  block 0 0 .3 1.4 1.4 .6 main
  block 0 0 2.3 .8 .8 3.4 main taper=.65
  block 0 0 4.2 .52 .52 .4 main taper=.05
carved head: grey, sandstone
  block 0 0 1.1 1.0 1.0 2.2 main taper=.9
  block .5 0 1.15 .4 .26 .8 main taper=.7
  block .45 0 1.7 .3 .95 .2 main
  block .5 0 .5 .2 .5 .16 main
  pair block 0 .52 1.2 .3 .15 .8 main
  pair ball .48 .24 1.5 .1 .2 .14 black
broken column: marble, concrete
  block 0 0 .15 1.1 1.1 .3 main
  turned 0 0 .3 .45 0 .4 .1 .36 1.6 main
  rod .8 -.7 .35 .9 .9 .35 .34 main
pyramid: sandstone, gold
  block 0 0 1.1 3 3 2.2 main taper=.02
  block 1.1 0 .3 .6 .5 .6 charcoal
knot sculpture: crimson, brass, blue
  ring 0 0 1.4 .7 .16 main roll=90
  ring 0 0 1.4 .7 .16 main pitch=60
  ring 0 0 1.4 .7 .16 main roll=30
  block 0 0 .2 .9 .9 .4 concrete
horse statue: marble/concrete, copper/marble
  block 0 0 .6 2.2 1.0 1.2 trim
  quadruped main main z=1.9 pitch=-35 height=1.5 length=1.5 girth=.6 leg=.08 neck=.7 rise=50 head=.6 \
    muzzle=.7 dip=45 tail=.9 bush=.08 crest=.1 ears=.14
  rod -.4 0 1.2 -.4 0 2.4 .09 main
lion statue: sandstone, concrete
  block 0 0 .25 1.8 .8 .5 main
  quadruped main main z=.45 height=.75 length=1.3 girth=.55 leg=.13 neck=.5 rise=55 head=.45 muzzle=.75 \
    dip=10 ears=.1 tail=.6 ruff=.34
fountain: marble/sky-blue, concrete/teal
  turned 0 0 0 1.3 0 1.4 .5 1.25 .5 1.2 .3 main sides=18
  rod 0 0 .3 0 0 1.4 .14 main
  turned 0 0 1.2 .15 0 .65 .25 .6 .25 main
  turned 0 0 .3 1.2 0 1.2 .06 trim
  ball 0 0 1.6 .3 .3 .5 trim
wishing well: brick/oak, sandstone/red
  turned 0 0 0 .8 0 .8 .8 .6 .8 .6 .4 main
  pair rod 0 .7 .6 0 .7 1.8 .06 oak
  sheet 0 1.0 -1.0 1.8 1.0 1.8 0 2.4 trim yaw=90
  rod 0 -.7 1.4 0 .7 1.4 .06 oak
"""
