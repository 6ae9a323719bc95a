"""Why a part was judged as it was."""

from cell.texts.phrase import Phrase

VERDICTS = (
    Phrase("verdict.no_defect", "no defect", "결함 없음"),
    Phrase("verdict.defect", "{defect} {score:.2f}", "{defect} {score}"),
    Phrase(
        "verdict.defects",
        "{defect} {score:.2f} (and {more:d} more)",
        "{defect} {score} (외 {more}건)",
    ),
    Phrase(
        "verdict.too_many",
        "{count:d} defects: more than {limit:d}",
        "결함 {count}건: 한도 {limit}건 초과",
    ),
    Phrase("verdict.doubtful", "doubtful: {what}", "판단 어려움: {what}"),
    Phrase("verdict.tolerated", "tolerated by their count: {what}", "허용 개수 이내: {what}"),
    Phrase(
        "verdict.and_tolerated",
        "{what}; besides, tolerated by their count: {besides}",
        "{what} / 허용 개수 이내: {besides}",
    ),
    Phrase(
        "verdict.cut_off",
        "{count:d} findings are as many as an inspection tells: there may be more that count",
        "검사가 알릴 수 있는 최대 건수({count}건)입니다: 판정에 드는 결함이 더 있을 수 있습니다",
    ),
    Phrase("verdict.not_inspected", "not inspected: {why}", "검사하지 못함: {why}"),
    Phrase("uninspected.late", "no verdict in time", "판정이 제때 나오지 않았습니다"),
    Phrase("uninspected.picture_lost", "picture lost: {error}", "이미지 유실: {error}"),
    Phrase(
        "uninspected.no_reason",
        "the inspector gave no reason",
        "검사기가 이유를 알리지 않았습니다",
    ),
    Phrase(
        "uninspected.not_finite",
        "the inspection holds a number that is not finite",
        "검사 결과에 유한하지 않은 값이 있습니다",
    ),
    Phrase(
        "uninspected.other_place",
        "the picture shows a part {off:+.0f} mm from where the belt has this one",
        "사진 속 부품이 벨트상 위치에서 {off} mm 벗어나 있습니다",
    ),
    Phrase(
        "uninspected.other_recipe",
        "inspected with recipe {used}, the cell runs {wanted}",
        "레시피 {used}(으)로 검사됨 (셀은 {wanted} 사용 중)",
    ),
    Phrase(
        "uninspected.behind",
        "the inspector is too far behind",
        "검사기가 너무 밀려 있습니다",
    ),
)
