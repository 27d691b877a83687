"""Machines and robots, in the grammar of `hazard_parts`."""

MACHINES = """
lawn mower: red, green, orange
  block 0 0 .28 .8 .55 .22 main taper=.8
  block 0 0 .45 .35 .35 .18 charcoal
  four wheel .3 .32 .12 .12 .08
  pair rod -.35 .22 .3 -1.0 .22 1.0 .02 steel
  rod -1.0 -.24 1.0 -1.0 .24 1.0 .03 black
forklift: yellow, red
  block -.2 0 .7 1.5 1.0 .7 main
  block -.8 0 .8 .4 1.0 .9 charcoal
  four rod .4 .45 1.0 .35 .45 2.1 .04 black x=-.25
  block -.25 0 2.1 .95 1.0 .06 black
  pair block .65 .3 1.2 .1 .1 2.2 steel
  pair block 1.2 .28 .25 1.1 .14 .06 steel
  block .72 0 .5 .06 .9 .5 black
  four wheel .45 .5 .3 .3 .22
wheelbarrow: green, red, steel
  sheet 0 .6 -.5 .75 .65 .8 .3 .35 -.3 .35 main
  wheel .65 0 .2 .2 .1
  pair rod .6 .12 .2 -1.0 .3 .62 .025 oak
  pair rod -.3 .25 .4 -.35 .28 0 .025 steel
  ball 0 0 .77 .9 .5 .3 tan
excavator: yellow, orange
  pair block 0 .9 .45 3.0 .5 .8 charcoal
  block -.3 0 1.4 2.4 1.9 .9 main
  block .3 .5 2.3 1.1 .8 1.1 main
  block .5 .5 2.45 .8 .82 .6 glass
  pipe .22 .8 -.4 1.6 2.0 -.4 3.6 3.4 -.4 3.9 main
  rod 3.4 -.4 3.9 4.3 -.4 1.8 .16 main
  sheet -.4 .8 4.1 1.9 4.6 1.7 4.2 .9 3.6 1.0 steel
road roller: orange, yellow
  rod 1.3 -.8 .6 1.3 .8 .6 .6 steel sides=16
  pair wheel -1.0 .7 .6 .6 .4
  block -.6 0 1.0 1.6 1.2 .7 main
  block 1.0 0 1.0 1.6 .3 .2 main
  four rod .4 .5 1.3 .4 .5 2.4 .05 black x=-.6
  block -.6 0 2.4 1.3 1.3 .08 main
cement mixer: orange, blue
  turned 0 0 0 .25 0 .5 .35 .5 .6 .28 1.0 main pitch=50 z=.75
  pair wheel -.3 .4 .25 .25 .1
  pair rod -.3 .35 .25 .1 .3 1.0 .04 charcoal
  pair rod .5 .35 0 .1 .3 1.0 .04 charcoal
robot: silver, red/gold, sky-blue
  block 0 0 1.1 .45 .65 .7 main
  block 0 0 1.68 .36 .38 .34 main
  pair ball .18 .09 1.72 .08 .1 .1 lamp
  rod 0 0 1.85 0 0 2.05 .015 trim
  ball 0 0 2.08 .08 .08 .08 red
  pair rod 0 .38 1.35 .1 .5 .85 .08 trim
  pair ball .12 .5 .75 .2 .2 .24 main
  pair rod 0 .18 .78 0 .18 .1 .09 trim
  pair block .06 .18 .06 .4 .22 .12 main
  block .23 0 1.15 .03 .4 .3 trim
robot dog: yellow, silver
  block 0 0 .55 .85 .3 .2 main
  four rod .35 .22 .55 .2 .22 .28 .05 charcoal
  four rod .2 .22 .28 .38 .22 .03 .035 charcoal
  block .52 0 .62 .2 .22 .16 charcoal
  ball .62 0 .62 .06 .12 .06 sky-blue
giant robot: teal/orange, crimson/silver
  block 0 0 3.2 1.4 2.0 1.6 main taper=1.2
  block 0 0 4.4 .8 .8 .7 trim
  block .4 0 4.45 .05 .6 .15 lamp
  pair ball 0 1.35 3.7 .9 .8 .9 trim
  pair rod 0 1.5 3.6 .3 1.6 2.1 .25 main
  pair block .35 1.6 1.8 .5 .5 .6 trim
  pair block 0 .55 1.5 .6 .6 1.8 main
  pair block .15 .55 .3 1.2 .75 .6 trim
drone: white, black, orange; place=air
  ball 0 0 .15 .5 .35 .2 main
  four rod .1 .1 .15 .4 .4 .2 .025 charcoal
  four rod .4 .4 .18 .4 .4 .26 .04 charcoal
  four ring .4 .4 .24 .24 .015 main
  pair pipe .015 -.2 .15 .02 0 .15 .0 .2 .15 .02 charcoal
  ball .22 0 .08 .12 .12 .12 black
satellite: gold+blue, silver+navy; place=air
  block 0 0 .8 .9 .9 1.1 main
  pair block 0 1.6 .8 .05 1.9 .8 tiled_navy
  pair rod 0 .4 .8 0 .7 .8 .05 steel
  turned .8 0 .3 .05 0 .35 .15 .55 .4 trim pitch=90
satellite dish: white, grey; place=wall
  turned .45 0 .5 .05 0 .4 .12 .6 .32 .56 .32 .3 .1 main pitch=60
  rod .45 0 .6 1.0 0 .95 .02 charcoal
  rod 0 0 .4 .4 0 .6 .04 steel
air conditioner: white, sand; place=wall
  block 0 0 .4 .4 1.0 .7 main
  rod .2 -.15 .4 .22 -.15 .4 .28 charcoal
  ring .22 -.15 .4 .2 .02 grey pitch=90
vending machine: red, blue, lime
  block 0 0 .95 .8 1.0 1.9 main
  block .4 -.1 1.2 .03 .65 1.1 glass
  block .41 -.1 .95 .03 .6 .08 striped_orange
  block .41 -.1 1.25 .03 .6 .08 striped_teal
  block .41 -.1 1.55 .03 .6 .08 striped_pink
  block .4 .35 1.1 .04 .12 .4 black
  block .4 -.1 .35 .03 .6 .2 black
arcade machine: black/magenta, purple/lime
  sheet 0 .7 -.4 0 .35 0 .4 .9 .2 1.0 .1 1.5 .35 1.8 .2 1.95 -.4 1.95 main
  block .2 0 1.3 .1 .55 .42 glowing_sky-blue pitch=-15
  block .3 0 .96 .22 .6 .04 trim
  pair sheet .36 .02 -.4 0 .35 0 .4 .9 .2 1.0 .1 1.5 .35 1.8 .2 1.95 -.4 1.95 trim
petrol pump: red, green
  block 0 0 .8 .5 .7 1.4 main
  rod 0 0 1.5 .1 0 1.5 .01 main
  block .25 0 1.15 .03 .5 .4 white
  rod -.1 0 1.85 .1 0 1.85 .32 white
  pipe .025 0 .4 1.3 .1 .6 .6 .15 .5 .3 .2 .42 1.1 black
jukebox: red+gold, teal+pink
  sheet 0 .55 -.45 0 .45 0 .45 .95 .3 1.35 0 1.5 -.3 1.35 -.45 .95 main yaw=90
  sheet 0 .6 -.32 .1 .32 .1 .32 .5 -.32 .5 charcoal yaw=90
  pipe .05 .28 -.4 .1 .28 -.4 .95 .28 0 1.42 .28 .4 .95 .28 .4 .1 trim
  block .28 0 .9 .04 .55 .4 glowing_sky-blue
cannon: charcoal/oak, brass/walnut
  turned 0 0 -.8 .24 0 .22 .8 .16 1.4 .2 1.7 .12 1.7 main pitch=75 z=.85
  pair wheel 0 .42 .5 .5 .1 trim black
  rod -.2 .2 .5 -1.2 0 .06 .08 trim
  rod -.2 -.2 .5 -1.2 0 .06 .08 trim
telescope: brass/oak, white/black
  turned 0 0 -.6 .08 0 .08 .5 .12 .55 .12 1.2 main pitch=50 z=1.5
  round:3 rod .05 0 1.3 .5 0 0 .03 trim
windmill: white/red, brick/white
  turned 0 0 0 1.0 0 .7 3.0 main
  turned 0 0 3 .75 0 .05 .8 trim
  sheet 0 .06 -.14 .1 .14 .1 .22 2.3 -.22 2.3 trim roll=0 yaw=90 x=.8 z=3
  sheet 0 .06 -.14 -.1 .14 -.1 .22 -2.3 -.22 -2.3 trim yaw=90 x=.8 z=3
  pair block .8 1.2 3 .06 2.1 .4 trim
  rod .5 0 3 .9 0 3 .1 black
wind turbine: white, sky-blue
  rod 0 0 0 0 0 8 .35 end=.18 main
  ball 0 0 8 1.2 .5 .5 main
  ball .7 0 9.6 .08 .4 3.2 main
  ball .7 1.4 7.2 .08 .4 3.2 main roll=120
  ball .7 -1.4 7.2 .08 .4 3.2 main roll=-120
gear wheel: steel, rust, brass
  round:12 block .75 0 0 .25 .22 .25 main
  rod 0 0 -.12 0 0 .12 .68 main sides=18
  rod 0 0 -.18 0 0 .18 .2 trim
pneumatic drill: yellow, red
  rod 0 0 0 0 0 .4 .025 end=.03 steel
  turned 0 0 .4 .06 0 .1 .1 .1 .45 .07 .5 main
  rod 0 -.28 .95 0 .28 .95 .03 black
sewing machine: black/gold, white/pink
  block 0 0 .04 .4 1.0 .08 trim
  block 0 .35 .35 .25 .2 .6 main
  rod 0 .4 .55 0 -.35 .55 .12 main
  block 0 -.35 .4 .2 .14 .4 main
  rod 0 .5 .5 0 .58 .5 .16 trim
  rod 0 -.35 .08 0 -.35 .2 .02 steel
typewriter: black, mint
  sheet 0 .8 -.35 0 .45 0 .45 .1 .1 .3 -.35 .35 main
  rod -.2 -.5 .42 -.2 .5 .42 .07 charcoal
  block -.24 0 .6 .02 .5 .4 white pitch=-10
  block .3 0 .2 .25 .6 .04 checkered_white pitch=30
film camera: charcoal, red
  block 0 0 1.6 .5 .25 .35 main
  rod .25 0 1.6 .55 0 1.6 .1 end=.14 black
  pair rod -.15 -.04 1.9 -.15 .04 1.9 .16 main x=0
  pair rod .18 -.04 1.9 .18 .04 1.9 .16 main
  round:3 rod .05 0 1.4 .45 0 0 .03 trim
loudspeaker: black/silver, oak/black
  block 0 0 .6 .45 .6 1.2 main
  rod .22 0 .4 .25 0 .4 .23 trim
  rod .22 0 .4 .27 0 .4 .1 charcoal
  rod .22 0 .92 .25 0 .92 .13 trim
delivery robot: white/orange
  turned 0 0 .15 .35 0 .38 .6 .2 1.1 main
  ball 0 0 1.35 .5 .5 .5 trim
  ball .2 0 1.38 .2 .3 .2 black
  four wheel .22 .25 .12 .12 .08
"""
