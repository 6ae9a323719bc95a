"""Why vision could not inspect a picture. The English texts are those of `vision/`, which knows no
catalogue; a test holds them together.
"""

from cell.texts.phrase import Phrase

VISION = (
    Phrase(
        "vision.no_part.dark",
        "No part in the picture: nothing on it is brighter than the belt (greys {dark} to "
        "{bright}). Check the trigger travel and the light",
        "사진에 부품이 없습니다: 벨트보다 밝은 것이 없습니다 (회색값 {dark}~{bright}). "
        "트리거 거리와 조명을 확인하세요",
    ),
    Phrase(
        "vision.no_part.small",
        "No part in the picture: nothing on it is as large as one. Check the trigger travel and "
        "the recipe's part size",
        "사진에 부품이 없습니다: 부품만큼 큰 것이 없습니다. "
        "트리거 거리와 레시피의 부품 크기를 확인하세요",
    ),
    Phrase(
        "vision.touching",
        "What lies in the picture has {share} times the part's area: two parts touch, or it is "
        "not the recipe's product",
        "사진 속 물체의 넓이가 부품의 {share}배입니다: "
        "부품 두 개가 붙었거나 레시피의 제품이 아닙니다",
    ),
    Phrase(
        "vision.several",
        "{whole} parts in one picture: it cannot be tied to one part. Keep parts further apart",
        "사진 한 장에 부품이 {whole}개 있어 어느 부품인지 알 수 없습니다. 간격을 더 벌리세요",
    ),
    Phrase(
        "vision.cut_off",
        "The part is cut off by the picture's edge. Check the trigger travel and that parts lie in "
        "the middle of the belt",
        "부품이 사진 가장자리에서 잘렸습니다. "
        "트리거 거리와 부품이 벨트 가운데에 놓이는지 확인하세요",
    ),
    Phrase(
        "vision.wrong_size",
        "The part measures {x} x {y} mm, the recipe says {a} x {b} mm: it is another product, or "
        "the calibration does not fit the camera any more",
        "부품은 {x} x {y} mm, 레시피는 {a} x {b} mm입니다: "
        "다른 제품이거나 보정이 카메라와 더 이상 맞지 않습니다",
    ),
    Phrase(
        "vision.edge_unclear",
        "The part's edge on its {name} side is not clear ({share} of it seen): something lies "
        "over it, it is broken, or the light is too weak",
        "부품의 {name} 가장자리가 뚜렷하지 않습니다 ({share}만 보임): "
        "무언가 덮였거나, 깨졌거나, 조명이 너무 약합니다",
    ),
    Phrase(
        "vision.wrong_diameter",
        "The part measures {measured} mm across, the recipe says {wanted} mm: it is another "
        "product, or the calibration does not fit the camera any more",
        "부품의 지름은 {measured} mm, 레시피는 {wanted} mm입니다: "
        "다른 제품이거나 보정이 카메라와 더 이상 맞지 않습니다",
    ),
    Phrase(
        "vision.not_round",
        "The part is not round ({least} to {most} mm across): it is broken, something lies at its "
        "rim, or it is not the recipe's product",
        "부품이 둥글지 않습니다 (지름 {least}~{most} mm): "
        "깨졌거나, 가장자리에 무언가 놓였거나, 레시피의 제품이 아닙니다",
    ),
    Phrase(
        "vision.rim_unclear",
        "The part's rim is not clear ({share} of it seen): something lies over it, it is broken, "
        "or the light is too weak",
        "부품의 둘레가 뚜렷하지 않습니다 ({share}만 보임): "
        "무언가 덮였거나, 깨졌거나, 조명이 너무 약합니다",
    ),
    Phrase(
        "vision.misprinted",
        "The artwork lies {far} px away from where its golden sample has it: the board is badly "
        "printed or cut, or it is another one",
        "회로 그림이 기준 사진에서 {far} px 벗어나 있습니다: "
        "인쇄나 절단이 잘못되었거나 다른 보드입니다",
    ),
    Phrase(
        "vision.no_contrast",
        "The board shows no contrast (greys {dark} and {bright}): check light, exposure and lens "
        "cap",
        "보드의 명암 차이가 없습니다 (회색값 {dark}, {bright}): 조명, 노출, 렌즈 덮개를 확인하세요",
    ),
    Phrase(
        "vision.uneven_light",
        "A part of the board gets {light} of the light only: check the lamps, and what may cast a "
        "shadow or a reflection",
        "보드 일부가 빛의 {light}만 받습니다: 조명과 그림자나 반사를 일으키는 것을 확인하세요",
    ),
    Phrase(
        "vision.other_board",
        "The golden sample {golden} is of another board (likeness {score}): the picture shows "
        "{shown} ({shown_score}). Take that one",
        "기준 사진 {golden}은(는) 다른 보드입니다 (유사도 {score}): "
        "사진에는 {shown} ({shown_score})이(가) 보입니다. 그것을 쓰세요",
    ),
    Phrase(
        "vision.unknown_board",
        "The golden sample {golden} is of another board than the picture (likeness {score}, needed "
        "{least}). Add this board's golden sample, or take the part away: it is not the recipe's "
        "product, or lies turned by 90 or 180 degrees",
        "기준 사진 {golden}은(는) 사진과 다른 보드입니다 (유사도 {score}, 필요 {least}). "
        "이 보드의 기준 사진을 추가하거나 부품을 치우세요: "
        "레시피의 제품이 아니거나 90도 또는 180도 돌아가 있습니다",
    ),
    Phrase(
        "vision.boards_alike",
        "The golden samples {golden} ({score}) and {other} ({other_score}) look alike: it cannot "
        "be told which board this is. Remove the one that is not made now",
        "기준 사진 {golden} ({score})와(과) {other} ({other_score})이(가) 비슷하여 "
        "어느 보드인지 알 수 없습니다. 지금 만들지 않는 것을 빼세요",
    ),
    Phrase(
        "vision.stale",
        "Picture {sequence} is no longer in slot {slot} of ring {ring}: it was overwritten or its "
        "camera restarted; treat its part as not inspected",
        "사진 {sequence}이(가) 링 {ring}의 {slot}번 칸에 더 이상 없습니다: "
        "덮어써졌거나 카메라가 재시작되었습니다",
    ),
    Phrase(
        "vision.overrun",
        "Slot {slot} of ring {ring} was reused while picture {sequence} was read: discard the "
        "result; more slots or a faster reader prevent it",
        "사진 {sequence}을(를) 읽는 동안 링 {ring}의 {slot}번 칸이 다시 쓰였습니다: "
        "칸을 늘리거나 더 빨리 읽어야 합니다",
    ),
    Phrase(
        "vision.picture_lost",
        "Camera {serial}, trigger {trigger}: no usable picture: {reason}. Its part is not "
        "inspected; if this repeats, check cable, bandwidth and light",
        "카메라 {serial}, 트리거 {trigger}: 쓸 수 있는 사진이 없습니다: {reason}. "
        "반복되면 케이블, 대역폭, 조명을 확인하세요",
    ),
)
