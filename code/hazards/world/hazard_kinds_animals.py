"""Animals, in the grammar of `hazard_parts`."""

ANIMALS = """
cow: brown/cream, spotted white/charcoal, black/charcoal
  quadruped height=1.45 length=1.7 girth=.78 leg=.08 neck=.4 rise=25 head=.5 muzzle=.85 ears=.22 \
    spread=85 tail=.8 droop=82 horns=cow horn=.3
  ball -.45 0 .72 .4 .3 .25 pink
horse: brown/black, white/tan, chestnut/cream
  quadruped height=1.6 length=1.6 girth=.62 leg=.07 neck=.75 rise=55 head=.6 muzzle=.7 dip=45 ears=.17 \
    spread=10 tail=.9 droop=72 bush=.08 crest=.09
zebra: striped white
  quadruped height=1.35 length=1.4 girth=.58 leg=.06 neck=.6 rise=52 head=.5 muzzle=.7 dip=45 ears=.2 \
    spread=10 tail=.6 droop=80 crest=.08
donkey: grey
  quadruped height=1.15 length=1.2 girth=.52 leg=.055 neck=.5 rise=48 head=.48 muzzle=.75 dip=45 \
    ears=.36 flap=.3 spread=15 tail=.6 droop=85 crest=.05
elephant: grey, pink
  quadruped height=3.0 length=3.0 girth=1.75 leg=.26 neck=.3 rise=20 head=1.1 muzzle=.8 dip=55 ears=1.2 \
    flap=.85 spread=100 tail=1 droop=80 bush=.05 trunk=1.6 tusks=.9
giraffe: spotted yellow/brown
  quadruped height=2.7 length=1.8 girth=.85 leg=.1 neck=2.1 rise=68 head=.65 muzzle=.6 dip=25 ears=.25 \
    spread=70 tail=.9 droop=82 horns=goat horn=.2
camel: tan, sand
  quadruped height=1.9 length=1.7 girth=.75 leg=.09 neck=1.0 rise=42 head=.5 muzzle=.7 dip=12 ears=.12 \
    tail=.6 droop=82 humps=2
dromedary: brown
  quadruped height=1.9 length=1.7 girth=.75 leg=.09 neck=1.0 rise=42 head=.5 muzzle=.7 dip=12 ears=.12 \
    tail=.6 droop=82 humps=1
stag: chestnut, tan
  quadruped height=1.25 length=1.35 girth=.5 leg=.05 neck=.6 rise=58 head=.42 muzzle=.55 ears=.2 \
    spread=60 tail=.15 droop=40 horns=antlers horn=.75
moose: walnut
  quadruped height=1.95 length=1.9 girth=.85 leg=.08 neck=.6 rise=30 head=.75 muzzle=.95 ears=.25 \
    spread=60 tail=.12 horns=antlers horn=.85 ruff=.2
goat: white, brown
  quadruped height=.8 length=.85 girth=.38 leg=.045 neck=.35 rise=50 head=.32 muzzle=.6 ears=.17 \
    spread=100 tail=.15 droop=-30 horns=goat horn=.4
  rod .72 0 .88 .70 0 .68 .04 end=.01 cream
ram: cream/charcoal
  quadruped height=.95 length=1.0 girth=.6 leg=.05 neck=.25 rise=45 head=.36 muzzle=.7 ears=.12 \
    spread=90 tail=.2 horns=ram horn=.45
sheep: shaggy white/black, shaggy black/charcoal
  quadruped height=.9 length=1.0 girth=.65 leg=.05 neck=.2 rise=40 head=.34 muzzle=.7 ears=.16 \
    spread=105 tail=.2 droop=75 bush=.06
  ball -.1 0 .68 1.15 .72 .6 main
pig: pink, black, spotted pink
  quadruped height=.85 length=1.2 girth=.6 leg=.07 neck=.15 rise=10 head=.42 muzzle=1.0 dip=20 ears=.2 \
    flap=.8 spread=50 tail=.2 droop=-20
wild boar: shaggy walnut
  quadruped height=.95 length=1.2 girth=.6 leg=.055 neck=.25 rise=0 head=.6 muzzle=.6 dip=22 ears=.15 \
    spread=20 tail=.3 droop=80 tusks=.2 crest=.1
rhinoceros: grey, charcoal
  quadruped height=1.7 length=2.4 girth=1.2 leg=.17 neck=.35 rise=0 head=.95 muzzle=.9 dip=25 ears=.22 \
    spread=25 tail=.6 droop=75 horns=rhino horn=.65
hippopotamus: purple/pink, grey/pink
  quadruped height=1.45 length=2.4 girth=1.2 leg=.17 neck=.3 rise=10 head=.95 muzzle=1.25 dip=15 \
    ears=.12 spread=20 tail=.35 droop=70
bear: brown, black, white
  quadruped height=1.15 length=1.4 girth=.8 leg=.13 neck=.3 rise=25 head=.5 muzzle=.65 dip=20 ears=.14 \
    flap=1 spread=35 tail=.1
begging bear: chestnut, black
  quadruped pitch=-72 height=1.0 length=1.3 girth=.75 leg=.12 neck=.35 rise=-35 head=.5 muzzle=.6 \
    dip=75 ears=.14 flap=1 spread=35 tail=.1
panda: white/black
  quadruped height=.95 length=1.1 girth=.75 leg=.12 neck=.25 rise=30 head=.55 muzzle=.6 dip=20 ears=.01 \
    tail=.1
  four ball .4 .22 .3 .25 .25 .6 black
  pair ball .7 .17 1.12 .1 .2 .2 black
lion: tan/chestnut, gold/brown
  quadruped height=1.1 length=1.4 girth=.52 leg=.09 neck=.35 rise=40 head=.46 muzzle=.75 dip=15 \
    ears=.12 flap=1 tail=1.0 droop=50 ruff=.38
  ball -1.15 0 .35 .2 .16 .2 trim
tiger: striped orange
  quadruped height=1.0 length=1.5 girth=.5 leg=.09 neck=.35 rise=30 head=.45 muzzle=.75 dip=15 ears=.12 \
    flap=1 tail=1.0 droop=45 bush=.05
panther: black
  quadruped height=.75 length=1.3 girth=.38 leg=.065 neck=.3 rise=15 head=.34 muzzle=.7 dip=10 ears=.1 \
    flap=1 tail=.95 droop=25 bush=.04
sheepdog: shaggy white/grey, shaggy grey/white
  quadruped height=.65 length=.75 girth=.42 leg=.06 neck=.25 rise=50 head=.34 muzzle=.6 ears=.17 \
    spread=120 tail=.4 droop=-20 bush=.07 ruff=.2
retriever dog: gold, black, chestnut
  quadruped height=.62 length=.75 girth=.3 leg=.045 neck=.28 rise=48 head=.32 muzzle=.6 dip=15 ears=.18 \
    spread=140 tail=.45 droop=-15 bush=.04
dachshund: chestnut, black/tan
  quadruped height=.32 length=.75 girth=.22 leg=.035 neck=.18 rise=45 head=.28 muzzle=.5 dip=12 \
    ears=.16 spread=150 tail=.3 droop=-10
wolf: grey/charcoal, charcoal
  quadruped height=.8 length=.95 girth=.36 leg=.045 neck=.3 rise=35 head=.4 muzzle=.5 dip=12 ears=.15 \
    flap=.7 spread=15 tail=.5 droop=55 bush=.07
fox: orange/white
  quadruped height=.42 length=.6 girth=.22 leg=.03 neck=.2 rise=42 head=.28 muzzle=.4 dip=12 ears=.15 \
    flap=.7 spread=20 tail=.5 droop=25 bush=.09
  ball -.75 0 .15 .14 .11 .11 trim
cat: black, striped orange, white, grey
  quadruped height=.34 length=.45 girth=.18 leg=.025 neck=.12 rise=45 head=.2 muzzle=.8 dip=5 ears=.09 \
    flap=.8 spread=15 tail=.4 droop=-60 bush=.025
rabbit: white, brown
  quadruped height=.4 length=.42 girth=.32 leg=.04 neck=.08 rise=45 head=.24 muzzle=.8 dip=15 ears=.34 \
    flap=.3 spread=12 tail=.04
  ball -.22 0 .2 .14 .14 .14 white
hedgehog: walnut
  quadruped height=.28 length=.36 girth=.22 leg=.03 neck=.06 rise=0 head=.2 muzzle=.4 dip=5 ears=.06 \
    tail=.03
  ball -.03 0 .2 .5 .36 .34 shaggy_brown
crocodile: scaly green/olive, scaly olive
  quadruped height=.55 length=1.9 girth=.48 leg=.09 neck=.25 rise=5 head=1.0 muzzle=.6 dip=2 ears=.06 \
    tail=1.9 droop=11 bush=.13
lizard: lime/green, scaly teal
  quadruped height=.22 length=.7 girth=.2 leg=.035 neck=.14 rise=20 head=.26 muzzle=.8 dip=5 ears=.01 \
    tail=.9 droop=5 bush=.05 crest=.05
giant tortoise: scaly olive/brown, scaly brown/olive
  quadruped height=.5 length=.9 girth=.4 leg=.11 neck=.5 rise=30 head=.34 muzzle=.9 dip=5 ears=.01 \
    tail=.2
  ball 0 0 .55 1.2 .95 .75 main
frog: green/lime, spotted lime/green
  ball 0 0 .3 .8 .6 .4 main pitch=-25
  ball .32 0 .42 .4 .5 .28 main
  pair ball .35 .17 .58 .15 .15 .15 trim
  pair ball .4 .2 .6 .08 .08 .08 black
  pair pipe .09 -.2 .28 .25 .15 .5 .25 -.3 .5 .05 end=.06
  pair pipe .06 .2 .25 .25 .25 .35 .15 .25 .35 .02
kangaroo: tan, chestnut
  biped height=1.7 lean=55 girth=.5 leg=.11 neck=.2 head=.32 muzzle=.6 ears=.26 arms=.4 tail=1.2
tyrannosaur: green/lime, brown/tan, purple/lime
  biped height=4.2 lean=12 girth=1.3 leg=.3 neck=.8 head=1.5 muzzle=1.5 arms=.5 tail=3.6
raptor: striped olive, orange
  biped height=1.6 lean=20 girth=.45 leg=.1 neck=.5 head=.5 muzzle=.8 arms=.45 tail=1.6
stegosaurus: olive/orange, teal/crimson
  quadruped height=2.0 length=2.6 girth=1.3 leg=.2 neck=.5 rise=-15 head=.6 muzzle=.6 dip=15 ears=.01 \
    tail=2.2 droop=25 bush=.25
  sheet 0 .08 -.9 1.7 -.5 2.8 0 1.85 trim
  sheet 0 .08 -.3 1.85 .15 3.0 .5 1.85 trim
  sheet 0 .08 .3 1.8 .8 2.6 1.0 1.7 trim
  sheet 0 .08 -1.5 1.6 -1.3 2.3 -.8 1.8 trim
brachiosaurus: grey/charcoal, lime/green
  quadruped height=3.2 length=3.2 girth=1.7 leg=.3 neck=3.2 rise=55 head=.7 muzzle=.8 dip=10 ears=.01 \
    tail=3.2 droop=28 bush=.25
triceratops: sand/cream, teal/cream
  quadruped height=1.9 length=2.4 girth=1.25 leg=.2 neck=.3 rise=0 head=1.2 muzzle=.55 dip=20 ears=.01 \
    tail=1.6 droop=35 bush=.2 horns=rhino horn=.4
  ball 1.35 0 1.75 .2 1.9 1.7 main pitch=-25
  pair rod 1.6 .3 1.9 2.3 .4 2.5 .11 end=.02 trim
ostrich: black/pink, brown/tan
  bird body=1.0 girth=.7 tilt=10 legs=1.0 neck=1.0 rise=80 head=.2 beak=.12 tail=.4 fan=.9
flamingo: pink/crimson
  bird body=.5 girth=.3 tilt=10 legs=.8 neck=.7 rise=72 head=.14 beak=.1 hook=.1 tail=.15
penguin: black/orange, navy/yellow
  bird body=.95 girth=.45 tilt=82 legs=.05 neck=.05 rise=85 head=.26 beak=.14 tail=.12
  ball .08 0 .5 .36 .36 .75 white
duck: white/orange, green/yellow
  bird body=.5 girth=.3 tilt=8 legs=.1 neck=.14 rise=75 head=.17 beak=.13 tail=.16 fan=.7
swan: white/orange, black/red
  bird body=1.0 girth=.5 tilt=8 legs=.08 neck=.75 rise=78 head=.17 beak=.16 tail=.25 fan=.7
chicken: white/yellow, brown/yellow
  bird body=.38 girth=.3 tilt=15 legs=.16 neck=.14 rise=70 head=.12 beak=.06 tail=.22 fan=.5 comb=.05
rooster: chestnut/yellow
  bird body=.45 girth=.3 tilt=25 legs=.25 neck=.2 rise=75 head=.14 beak=.07 tail=.2 fan=.4 comb=.09
  pipe .06 -.2 0 .5 -.4 0 .75 -.55 0 .5 end=.02 green
peacock: blue/charcoal
  bird body=.6 girth=.3 tilt=20 legs=.3 neck=.4 rise=75 head=.13 beak=.07 tail=.3
  turned 0 0 0 1.0 0 1.1 .05 .3 .06 spotted_teal pitch=-75 x=-.35 z=.75
turkey: brown/red
  bird body=.6 girth=.5 tilt=15 legs=.25 neck=.3 rise=75 head=.13 beak=.08 tail=.3
  turned 0 0 0 .55 0 .6 .05 .2 .06 striped_tan pitch=-75 x=-.4 z=.7
owl: brown/gold, white/gold
  bird body=.6 girth=.36 tilt=80 legs=.05 neck=.02 rise=85 head=.34 beak=.06 hook=.05 tail=.2
  pair ball .15 .1 .72 .06 .16 .16 gold
  pair ball .18 .1 .72 .06 .08 .08 black
parrot: red/charcoal, lime/charcoal
  bird body=.45 girth=.2 tilt=60 legs=.06 neck=.06 rise=70 head=.18 beak=.08 hook=.08 tail=.45 fan=.25
flying eagle: brown/gold, charcoal/yellow; place=air
  bird body=.8 girth=.32 tilt=5 legs=0 neck=.1 rise=25 head=.2 beak=.12 hook=.07 tail=.4 fan=.9 wings=1.2
flying gull: white/yellow; place=air
  bird body=.55 girth=.2 tilt=5 legs=0 neck=.06 rise=30 head=.15 beak=.12 tail=.25 fan=.8 wings=.8
flying goose: grey/orange; place=air
  bird body=.8 girth=.3 tilt=3 legs=0 neck=.6 rise=8 head=.15 beak=.12 tail=.25 fan=.8 wings=.9
flying pterodactyl: olive/tan; place=air
  bird body=.8 girth=.3 tilt=5 legs=0 neck=.4 rise=25 head=.3 beak=.7 tail=.15 wings=1.8
  rod .5 0 .4 .05 0 .75 .1 end=.02
shark: grey/charcoal, blue/navy
  fish length=3.2 depth=.85 width=.7 tail=.3 fin=.45 fins=.7 snout=.2
killer whale: black
  fish length=4.0 depth=1.3 width=1.2 tail=.26 fin=.8 fins=.8 snout=.5 flat=1
  pair ball 1.2 .46 .25 .5 .2 .25 white
  ball .5 0 -.45 2.4 .7 .5 white
giant whale: blue/navy
  fish length=8 depth=2.4 width=2.4 tail=.24 fin=.2 fins=1.6 snout=.7 flat=1
dolphin: grey/charcoal, sky-blue/blue
  fish length=2.2 depth=.55 width=.5 tail=.25 fin=.3 fins=.4 snout=.3 flat=1
  rod 1.0 0 -.02 1.35 0 -.06 .09 end=.05
goldfish: orange/red, red/white
  fish length=.9 depth=.45 width=.3 tail=.9 fin=.2 fins=.3 snout=.4
sunfish: silver/grey
  fish length=1.3 depth=1.3 width=.25 tail=.35 fin=.6 fins=.25 snout=.3
swordfish: navy/blue
  fish length=2.2 depth=.5 width=.35 tail=.4 fin=.45 fins=.4 snout=.2
  rod 1.05 0 0 2.1 0 .02 .05 end=.01
snake: green/yellow, striped red/black, spotted sand/black
  snake length=3.2 radius=.1 sway=.35 waves=2
cobra: olive/gold, charcoal/red
  snake length=2.4 radius=.08 sway=.35 waves=1.5 rear=.8 hood=.34
giant earthworm: pink/crimson
  snake length=2.2 radius=.1 sway=.25 waves=1
giant spider: black/charcoal, brown/walnut
  bug body=.9 width=.8 height=.7 legs=4 reach=1.0 head=.45 feelers=0 claws=0
giant ant: black/charcoal, crimson/red
  bug body=.8 width=.5 height=.5 legs=3 reach=.6 head=.4 waist=.5 feelers=.45
ladybird: spotted red/black, spotted yellow/black
  bug body=1.1 width=.95 height=.85 legs=3 reach=.35 head=.4 feelers=.2
stag beetle: green/black, metallic purple/black
  bug body=1.1 width=.7 height=.45 legs=3 reach=.45 head=.4 feelers=0
  pair pipe .05 .6 .1 .35 .95 .35 .35 1.15 .12 .38 end=.015 trim
giant wasp: striped yellow/black; place=air
  bug body=.9 width=.45 height=.5 legs=3 reach=.35 head=.35 waist=.4 wings=.9 feelers=.3
dragonfly: teal/green; place=air
  bug body=1.4 width=.16 height=.22 legs=2 reach=.15 head=.26 waist=.3 wings=.8 feelers=0
scorpion: black/charcoal, tan/brown
  bug body=.9 width=.5 height=.4 legs=4 reach=.5 head=.25 feelers=0 claws=.5 sting=.7
crab: red/orange, sky-blue/cream
  bug body=.7 width=1.0 height=.5 legs=4 reach=.55 head=.2 feelers=0 claws=.55
snail: tan/brown, striped cream/olive
  pipe .14 -.7 0 .06 -.2 0 .13 .3 0 .15 .55 0 .4 end=.12 olive
  pair rod .55 .05 .48 .68 .1 .75 .03 end=.02 olive
  pair ball .69 .1 .77 .09 .09 .09 black
  ball -.1 0 .5 .8 .45 .75 main
  ring -.1 0 .5 .22 .1 trim roll=90
  pair ball -.1 .2 .5 .2 .15 .2 main
octopus: crimson/pink, purple/pink
  ball 0 0 .75 .75 .7 .9 main
  pair ball .3 .2 .65 .16 .16 .18 white
  pair ball .37 .2 .65 .08 .1 .1 black
  round:8 pipe .13 .15 0 .4 .55 .1 .25 .9 -.1 .08 1.15 .1 .25 end=.03
jellyfish: pink/white, sky-blue/white; place=air
  turned 0 0 1.0 .5 0 .5 .1 .42 .3 .25 .42 .05 .46
  round:7 pipe .05 .35 0 1.0 .3 .1 .7 .4 0 .35 .3 -.05 0 trim end=.02
  pipe .1 0 0 1.0 .05 0 .6 -.05 0 .2 trim end=.03
butterfly: orange/black, blue/black, yellow/black; place=air
  pipe .05 -.4 0 0 0 0 .03 .45 0 0 trim
  pair sheet 0 .02 -.05 .02 .1 .1 .45 .95 .1 .85 -.15 .3 roll=-60 y=.5 z=-.22
  pair sheet 0 .02 -.05 .02 -.15 .1 -.55 .55 -.35 .75 -.05 .4 roll=-60 y=.42 z=-.16
  pair rod .4 .02 0 .75 .18 .2 .015 trim
starfish: orange, crimson
  round:5 rod .1 0 .15 .75 0 .08 .2 end=.05
  ball 0 0 .15 .5 .5 .26
gecko on the wall: lime, scaly orange; place=wall
  quadruped height=.22 length=.7 girth=.18 leg=.03 neck=.14 rise=5 head=.26 muzzle=.8 dip=5 ears=.01 \
    tail=.7 droop=5 bush=.05 pitch=90
spider on the wall: black/charcoal; place=wall
  bug body=.6 width=.5 height=.4 legs=4 reach=.7 head=.3 feelers=0 pitch=90
"""
