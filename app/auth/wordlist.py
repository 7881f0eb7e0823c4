"""Common short words for passphrases that are easy to read, say and type; our own list."""

from __future__ import annotations

LIST = """
able about above acorn across actor adapt admire adult advice aerial afford after again agent agree ahead aim air
airport aisle album alert algae alike alive alley allow almond almost along alpha alpine also alto always amaze
amber amount ample anchor angle ankle annual answer ant antler any apart apple april apron aqua arch arctic area
arena argue arm aroma around arrive arrow art ash aside ask aspen atlas atom attic august aunt author autumn
avenue avoid awake award aware away awning axis azure baby back bacon badge bag bagel bake baker balcony ball
ballet balloon balm bamboo banana band banjo bank banner barge bark barley barn barrel basil basin basket bath
baton bay beach beacon bead beak beam bean bear beard beaver become bed bee beech beet before begin behind beige
bell belong below belt bench bend berry best better between beyond bicycle big bike bingo birch bird biscuit bison
blanket blaze blend blink block bloom blossom blouse blue board boat bobbin body boil bold bolt bone bonnet bonus
book boot border bottle bottom bounce bow bowl box boy brace braid brain branch brass brave bread break breeze
brick bridge brief bright bring brisk broad broccoli bronze brook broom brother brush bubble bucket buckle bud
budget buffalo bugle build bulb bumper bundle bunny burger bus bush busy butter button buy buzz cabbage cabin
cable cactus cake calm camel camera camp canal candle candy canoe canvas canyon cap cape captain car caramel card
care cargo carol carpet carrot carry cart carve case cashew castle casual cat catch cattle cave cedar ceiling
celery cello cement center cereal chain chair chalk champion chance change channel chapel chapter charm chart
check cheek cheer cheese chef cherry chess chest chicken chief child chili chime chimney chin chip choice choir
choose chorus cinema circle circus citrus city civic clam clap class clay clean clear clerk clever cliff climb
clock close cloth cloud clover clown club clue coach coal coast coat cobalt cocoa coconut code coffee coin cold
collar color column comb come comedy comet comfort comic common compass cook cookie cool copper copy coral cord
corn corner cosmic cotton couch cough count country couple course cousin cover cow coyote cozy crab cradle craft
crane crater crayon cream create creek crew cricket crisp crop cross crow crowd crown cruise crumb crust cub cube
cup curious curl current curry curtain curve cushion custom cute cycle dad daily dairy daisy dance dark dash data
date dawn day deal dear debate decade decide deck deep deer degree delay delta den denim depend desert design desk
dessert detail dial diamond diary dice diesel dinner direct dish dive divide dock dog doll dolphin domain donkey
donut door dot double dough dove down dozen draft dragon drama draw dream dress drift drill drive drum dry duck
dune dust duty each eager eagle ear early earn earth easel east easy eat echo edge edit effort egg eight elbow
elder elect elegant elephant eleven elf elk elm else ember emerald empty end energy engine enjoy enough enter
entire envelope equal era errand essay estate evening event ever every exact exam except exit expert explain extra
eye fabric face fact fade fair fairy faith falcon fall fame family famous fan fancy far farm fast father fawn
feast feather february feel fence fern ferry festival fetch few fiber fiction fiddle field fig figure file fill
film final find fine finger finish fir fire firm first fish fit five fix flag flame flannel flash flat flavor
fleet flight flint flip float flock floor flour flow flower fluff flute fly foam focus fog fold folk follow food
foot forest forget fork form fort forty forum fossil found four fox frame free fresh friday friend fringe frog
front frost fruit fudge fuel full fun funny fur future gadget galaxy gallery gallon game garage garden garlic gate
gather gauge gazelle gear gem general genius gentle giant gift ginger giraffe girl give glacier glad glass gleam
glide globe glory glove glow glue goal goat gold golf good goose gospel gown grace grade grain grand grape graph
grass gravity gravy gray great green greet grid grill grin grip grocery groove ground group grove grow guess guest
guide guitar gulf gum guru gust gym habit half hall hallway ham hammer hamster hand handle happy harbor hard harp
harvest hat hatch haven hawk hay hazel head heal hear heart heat hedge heel height helmet help hen herb herd here
hero heron hike hill hint hippo hobby hockey hold hole holiday hollow holly home honest honey hood hoof hook hope
horn horse host hotel hour house hover human humble humor hundred hungry hurry husky hut hybrid ice icicle icon
idea idle igloo image inch include index indigo indoor infant ink inlet inn insect inside instant invent invite
iris iron island item ivory ivy jacket jaguar jam january jar jasmine jazz jeans jelly jersey jet jewel jigsaw job
jockey jog join joke jolly journal journey joy juggle juice july jumbo jump june jungle junior juniper just kale
kangaroo kayak keep kelp kennel kettle key kick kid kilt kind king kiosk kitchen kite kitten kiwi knack knee
knight knit knock knot know koala label lace ladder lady lake lamb lamp land lane lantern lap large lark laser
last latch late later laugh laundry lava lavender lawn layer lead leaf league leap learn leather leave lecture
left leg legend lemon lend lens leopard lesson letter lettuce level liberty library lick lid life lift light like
lilac lily lime limit line linen lion lip list listen little live lizard llama load loaf loan lobby lobster local
lock lodge loft logic long look loop lotus loud lounge love lovely low loyal lucky lumber lunar lunch lyric
machine magic magnet mail main major make mall mammal mandolin mango manner map maple marathon marble march margin
marina mark market marsh mask master match math matrix matter may maybe mayor maze meadow meal measure meat medal
media meet mellow melody melon member memory mend mentor menu mercury merry mesh message metal meteor method metro
middle midnight mild mile milk mill mind mine minnow mint minute mirror misty mitten mix mobile model modern
moment monday money monkey month moon moose mop morning mosaic moss moth mother motion motor mountain mouse mouth
move movie much mud muffin mug mule music mustard myth nail name nap napkin narrow nation nature navy near neat
neck nectar need neon nephew nerve nest net never new news next nice nickel niece night nine noble noise noodle
noon north nose note novel now number nut nutmeg oak oar oasis oat ocean october offer office often oil old olive
omega once onion online only onward opal open opera orange orbit orchard orchid order organ origin other otter
outdoor outer oval oven over owl own oxygen oyster pace pack page paint pair palace palm pan panda panel panther
paper parade parcel parent park parrot parsley part party pass pasta paste pastel pastry patch path patio pause
pave paw pay peace peach peacock peak peanut pear pearl pebble pedal pelican pen pencil penguin penny pepper
perfect perfume period permit person pet petal phone photo phrase piano piccolo pick pickle picnic pie piece pier
pig pigeon pilot pin pine pink pioneer pirate pitch pixel pizza place plaid plain plan planet plant plate play
plaza please plot plow plum plus pocket podium poem poet point polar pole polish polka pond pony pool popcorn
poppy porch port portal postcard potato pottery pound power prairie praise present press pretty pretzel price
pride prime prince print prism prize process project promise proof proper proud public pudding puddle pull pulse
pump pumpkin pupil puppet puppy pure purple purse push puzzle quail quaint quality quart quarter quartz queen
quest question quick quiet quill quilt quince quite quiz quote rabbit raccoon rack radar radio radish raft rail
rain raisin rally ramp ranch random range rapid rare raven reach read ready real reason recipe record red reed
reef reflex region relax relay remain remember remind repair reply rescue rest result return reward rhyme rhythm
ribbon rice rich riddle ride ridge right ring ripple rise river road roast robe robin robot rock rocket rodeo roof
room rooster root rope rose rotate round route rover row royal ruby rug rugby ruler run rural rye sack saddle
safari safe saffron sage sail salad salmon salon salt same sample sand sandal satin saturn sauce sauna save scale
scallop scarf scene scent school science scissors scone scoop score scout screen script scroll sea seal search
season seat second secret seed select senior sense serve seven shade shadow shake shape share sharp shawl shed
sheep sheet shelf shell shelter shine ship shirt shoe shop shore short shoulder shovel show shower shrimp shuttle
shy side sign signal silent silk silver simple since sing sister sitar six size skate sketch ski skill skip skirt
sky slate sleep sleeve slice slide slow small smile smooth snack snail snap snow soap soccer social sock sofa soft
soil solar solid solo some song soon sort soul sound soup south space spark sparrow speak special speed spell
spice spider spin spinach splash sponge sport spot spray spring sprout spruce square squash squid stable stack
stadium stage stair stamp stand star start state station statue stay steady steam steel stem step stereo stew
stick still stitch stone stool stop store storm story stove stream street strong studio study style subway sugar
suit summer sun sunday sunny super supper supply sure surf surprise swan sweater sweet swift swim swing switch
symbol syrup system table tablet tackle tail tailor take tale talent talk tall tan tango tap tape task taste taxi
tea teach team tell temple ten tennis tent term test text thank theater theme thick thin thing think third thirty
thought thread three thrill throne thumb thunder ticket tide tidy tie tiger tile timber time tin tiny tip tire
toast today toe toffee together token tomato tone tongue tool tooth topaz topic torch total toucan touch tough
tour towel tower town toy track trade trail train travel tray treasure treat tree trek trend trick trio trip
trolley trophy trout truck true trumpet trust truth try tuba tube tulip tuna tunnel turkey turn turnip turtle
tutor tuxedo twelve twenty twice twig twin twist two type typical umbrella uncle under unique unit unity until
upper urban use usual vacuum valley value van vanilla vase vast velvet vendor verb verse vessel vest video view
villa village vine vinyl viola violet violin virtue visit vital vivid vocal voice volcano volume vote voyage wafer
waffle wagon waist wait walk wall walnut walrus waltz wander want warm wash wasp watch water wave wax way wealth
wear weather weave web wedding wedge week welcome well west wet whale wheat wheel when whisk whistle whole wide
wild willow wind window wing winner winter wire wise wish wolf wonder wood wool word work world wrap wren wrist
write yacht yak yard yarn year yellow yes yoga yogurt young yours zebra zero zest zigzag zinc zipper zone zoo
"""
WORDS = tuple(LIST.split())
