"""First names that one person may be called by. A line is one family of names; edit it freely."""

from collections import defaultdict
from typing import Final

_FAMILIES = """
alexander alexandra alexis alejandro alejandra alex sasha sandy sandra xander aleksander lex
andrew andreas andre andres andy drew
anna ann anne annie ana hannah nancy anja anita annika
anthony antonio antoine anton tony toni
barbara babs barb bobbie
benjamin ben benny
catherine katherine katharina kathryn katrin karin kate katie kathy cathy kat kitty kay ekaterina
charles carlos carl karl charlie charly chuck
christina christine kristina kristin tina chris chrissy
christopher christian christoph kristof chris kris
daniel daniela danielle dan danny dani
david dave davy
deborah debra deb debbie
dorothy dorothea dora dot dottie
edward eduard eduardo ed eddie ted teddy ned
elizabeth elisabeth elisa eliza isabel isabella liz lizzy beth betty bess lisa libby elsa elli ella
emanuel manuel manuela manny
eugene gene
florence flo
francis francisco franz francesco frances francesca frank fran frankie paco pancho
frederick friedrich frederik fred freddy fritz
gabriel gabriele gabriela gabi gabe gaby
gerald gerard gerry jerry
gregory greg
harold harry hal
helen helena elena ellen nell nelly lena leni
henry heinrich heinz henri harry hank enrique enrico
ignacio nacho
jacob jakob james jacques jaime jim jimmy jamie diego santiago
johannes john johann jan jean juan hans jonathan giovanni ivan jack johnny jon joao hannes
joseph josef jose giuseppe joe joey pepe sepp
joshua josh
judith judy
katherine kaitlyn cate
kenneth ken kenny
laurence lawrence lorenzo larry
leonard leonardo leo lenny
ludwig louis luis luigi lou lewis
magdalena lena magda maggie
margaret margarete margarita marguerite maggie meg peggy greta rita gretchen daisy madge
maria mary marie mariam miriam marian molly polly mia maja maryam
martin martina marty tina
matthew matthias mathieu mateo matt mats matteo
michael michel michele miguel mikhail mike mick mickey micha misha mitch
mohammed muhammad mohamed mohammad mehmet mo
nathaniel nathan nate nat
nicholas nikolaus nicolas nicola klaus claus nick nico niko nikki nicole nicky
olivia liv livia
pamela pam
patricia patrick pat patty tricia patsy paddy
peter pedro pierre pietro piet pete petra
philip philipp felipe phil
rebecca becky becca
richard ricardo rick ricky dick rich
robert roberto rob robbie bob bobby bert rupert
ronald ron ronny
rosa rose rosemary rosie
samuel samantha sam sammy
sarah sara sally sadie
sebastian bastian seb basti
sigmund siegmund sigi
stephen steven stefan stephan esteban stephanie stefanie steve steffi etienne
susan susanne suzanne susana sue susie suzy
theodore theodor theo ted teddy
theresa teresa therese tess terry resi
thomas tom tommy tomas
timothy tim timmy
ulrich ulrike uli
victoria vicky tori
vincent vince vinnie vicente
walter walt wally
wilhelm william guillermo guillaume will willy bill billy liam willi guglielmo
wolfgang wolf
yevgeny evgeny eugene
zachary zach zack
"""


def _families() -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for place, line in enumerate(_FAMILIES.split("\n")):
        for name in line.split():
            found[name].add(place)
    return {name: frozenset(places) for name, places in found.items()}


ALIKE: Final = _families()
"""For each name the families that it is in."""
