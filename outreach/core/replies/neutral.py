"""Which words may stand beside a day without saying anything of their own?

"friday works for me, thanks" is an answer about a payment; "friday we fry the fish grandma caught" is not. What is left
of a reply without its day and these words is what else it speaks of.
"""

from __future__ import annotations

import re

WORDS = re.compile("[a-z]{2,}")
NEUTRAL = frozenset(
    "the an and or but so if of on in at by to for with from is it its im am be was are will ill would can could should may do did done does have has had got get gets gonna "
    "my me mine you your we our us they them he she this that these those there here then thats ill id ive just only ok okay yes yeah yep no not nope sure please thanks thank "
    "sorry hi hello hey good great fine morning afternoon evening night noon day date time when what how about works work best latest early late maybe hopefully first thing "
    "god bless sir maam boss bro man dude buddy friend hun dear lol haha promise swear fact really very too also all right now soon after before until till as up out off "
    "can cant dont wont didnt isnt better earliest possible able ready willing make made go going come comes coming set put down need want let know say said tell hope "
    "el la los las un una lo le les te se me mi mis tu su sus os nos yo ella ellos es son era esta este estas ese esa eso esto de del al en con por para sin que si ya no mas pero "
    "hola buenas buenos dias tardes noches gracias favor porfavor senor senora senorita joven amigo amiga jefe licenciado disculpe disculpa perdon perdone hora fecha dia cuando "
    "puedo voy va vamos ahi aqui alla entonces seguro listo claro vale dale bueno bien perfecto acuerdo sale orale prometo juro primero dios mediante saludos bendiciones mejor tarde "
    "temprano manana noche queda quedo quedamos confirmo pues mire oiga mande ok jaja jajaja jeje tambien solo sera tengo tenga hay falta tal vez compa carnal mijo mija amor".split()
)
NEUTRAL_HAN = re.compile(
    "可以|没问题|一定|准时|到时候?|那天|当天|这天|应该|谢谢|不好意思|抱歉|对不起|麻烦|你好|你们|我们|我会|会|就|再|吧|啊|呢|哦|啦|的|了|好|行|吗|嘛|是|在|那|这|我|你|他|们|也|都|还|先|才|能|要|给|等|请|左右|之前|以前|之后|早上|上午|中午|下午|晚上|马上|保证|承诺|按时|也就是|就是|不行|不了|今天|或者|哈"
)
