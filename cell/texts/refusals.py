"""Why a person's order is refused, and what to do first."""

from cell.texts.phrase import Phrase

REFUSALS = (
    Phrase(
        "refused.unknown_command",
        "unknown command '{command}': use one of {commands}",
        "알 수 없는 명령 '{command}': {commands} 중 하나를 사용하세요",
    ),
    Phrase(
        "refused.no_person",
        "an order needs the name of the person who gives it: name yourself, then try again",
        "명령에는 내리는 사람의 이름이 필요합니다. 이름을 밝힌 뒤 다시 시도하세요",
    ),
    Phrase(
        "refused.start.purge_required",
        "what lies on the belt is unknown: clear the belt and confirm it, then start",
        "벨트 위에 무엇이 있는지 알 수 없습니다. 벨트를 비우고 확인한 뒤 시작하세요",
    ),
    Phrase(
        "refused.start.faulted",
        "the cell is faulted: remove the cause, reset, then start",
        "셀에 고장이 있습니다. 원인을 제거하고 리셋한 뒤 시작하세요",
    ),
    Phrase(
        "refused.start.stopping",
        "the cell is still stopping: wait until it has stopped, then start",
        "셀이 아직 정지하는 중입니다. 멈춘 뒤 시작하세요",
    ),
    Phrase(
        "refused.start.emergency_stop",
        "the emergency stop is pressed: release it, then start",
        "비상 정지가 눌려 있습니다. 해제한 뒤 시작하세요",
    ),
    Phrase(
        "refused.start.watchdog",
        "the belt's watchdog has tripped and is not armed yet: wait a second, then start",
        "벨트의 감시 타이머가 동작했고 아직 복귀되지 않았습니다. 잠시 기다린 뒤 시작하세요",
    ),
    Phrase(
        "refused.start.disk_full",
        "The disk is full: free space in the data folder, then start.",
        "디스크가 가득 찼습니다. 데이터 폴더의 공간을 확보한 뒤 시작하세요.",
    ),
    Phrase(
        "refused.start.nodes",
        "Not all nodes are active: {nodes}. Wait, or look at their logs.",
        "아직 준비되지 않은 프로세스: {nodes}. 기다리거나 로그를 확인하세요.",
    ),
    Phrase(
        "refused.start.changing",
        "The recipe is being changed to {recipe}: start when that is through.",
        "레시피를 {recipe}(으)로 바꾸는 중입니다. 끝난 뒤 시작하세요.",
    ),
    Phrase(
        "refused.start.recipe",
        "Not every node works by {recipe} yet: {nodes}. Wait, or look at their logs.",
        "아직 {recipe}(으)로 작업하지 않는 프로세스: {nodes}. 기다리거나 로그를 확인하세요.",
    ),
    Phrase(
        "refused.start.arm",
        "The arm was not ready ({mode}) and is brought back now. Start again when it waits.",
        "로봇이 준비되지 않아({mode}) 지금 복귀시킵니다. 로봇이 대기 위치에 오면 다시 시작하세요.",
    ),
    Phrase(
        "refused.start.arm_by_hand",
        "The arm is not ready ({mode}). Release the emergency stop, power on and release the "
        "brakes at its pendant, then start again.",
        "로봇이 준비되지 않았습니다({mode}). 비상 정지를 해제하고 펜던트에서 전원을 켜고 "
        "브레이크를 푼 뒤 다시 시작하세요.",
    ),
    Phrase("mode.protective_stop", "protective_stop", "보호 정지"),
    Phrase("mode.emergency_stop", "emergency_stop", "비상 정지"),
    Phrase("mode.power_off", "power_off", "전원 꺼짐"),
    Phrase("mode.disconnected", "disconnected", "연결 끊김"),
    Phrase(
        "refused.drain",
        "only a running cell can be drained: start it first",
        "가동 중인 셀만 비울 수 있습니다. 먼저 시작하세요",
    ),
    Phrase(
        "refused.reset.purge_required",
        "what lies on the belt is unknown: clear the belt and confirm it; that also resets",
        "벨트 위에 무엇이 있는지 알 수 없습니다. 벨트를 비우고 확인하면 리셋도 됩니다",
    ),
    Phrase("refused.reset.no_fault", "there is no fault to reset", "리셋할 고장이 없습니다"),
    Phrase(
        "refused.clear.in_operation",
        "the belt is in operation: stop the cell, clear the belt, then confirm",
        "벨트가 운전 중입니다. 셀을 정지하고 벨트를 비운 뒤 확인하세요",
    ),
    Phrase(
        "refused.clear.belt_moves",
        "the belt still moves: wait until it stands, look again, then confirm",
        "벨트가 아직 움직입니다. 멈춘 뒤 다시 보고 확인하세요",
    ),
    Phrase(
        "refused.clear.arm_busy",
        "the arm is still busy with a part: keep away until it has finished, then confirm",
        "로봇이 아직 부품을 옮기고 있습니다. 끝날 때까지 물러나 있다가 확인하세요",
    ),
    Phrase(
        "refused.clear.arm_called_back",
        "the arm waits for a part and is called back now: wait until it has withdrawn, look again, "
        "then confirm",
        "부품을 기다리던 로봇을 지금 불러들입니다. 물러난 것을 보고 벨트를 다시 확인한 뒤 누르세요",
    ),
    Phrase(
        "refused.belt_silent",
        "the belt PLC has not answered yet: check its connection, then try again",
        "벨트 PLC가 아직 응답하지 않습니다. 연결을 확인하고 다시 시도하세요",
    ),
    Phrase(
        "refused.before_belt",
        "The belt PLC has not answered yet: check its connection.",
        "벨트 PLC가 아직 응답하지 않습니다. 연결을 확인하세요.",
    ),
    Phrase(
        "refused.alarm.not_waiting",
        "alarm '{alarm}' waits for no acknowledgement: refresh the list",
        "알람 '{alarm}'은(는) 확인을 기다리지 않습니다. 목록을 새로 고치세요",
    ),
    Phrase(
        "refused.recipe.belt_not_empty",
        "a recipe can be changed only on a standing, empty belt: drain the cell first",
        "레시피는 벨트가 서 있고 비어 있을 때만 바꿀 수 있습니다. 먼저 셀을 비우세요",
    ),
    Phrase(
        "refused.recipe.not_stopped",
        "The belt must stand empty for a new recipe: drain and stop first.",
        "새 레시피를 쓰려면 벨트가 비어 서 있어야 합니다. 먼저 비우고 정지하세요.",
    ),
    Phrase(
        "refused.recipe.no_reason",
        "a change of the recipe needs a reason, for the records",
        "레시피를 바꾸려면 기록에 남길 사유가 필요합니다",
    ),
    Phrase(
        "refused.recipe.changing",
        "the cell is changing to '{recipe}' by order of {person}: wait until that is through",
        "{person}의 지시로 '{recipe}'(으)로 바꾸는 중입니다. 끝날 때까지 기다리세요",
    ),
    Phrase(
        "refused.recipe.not_clear",
        "what lies on the belt is unknown: clear it and confirm, then change the recipe",
        "벨트 위에 무엇이 있는지 알 수 없습니다. 벨트를 비우고 확인한 뒤 레시피를 바꾸세요",
    ),
    Phrase(
        "refused.recipe.edited",
        "recipe {recipe} was edited without a new version: raise its `version`, then take it up",
        "레시피 {recipe}이(가) 버전 변경 없이 수정되었습니다. `version`을 올린 뒤 적용하세요",
    ),
    Phrase(
        "recipe.refused_by",
        "the {node} cannot work by recipe '{recipe}': {detail}",
        "{node}이(가) 레시피 '{recipe}'(으)로 작업할 수 없습니다: {detail}",
    ),
    Phrase(
        "recipe.other_content",
        "recipe {recipe} says something else here: give every node the same recipes, and raise "
        "`version` with each change",
        "레시피 {recipe}의 내용이 다릅니다. 모든 프로세스에 같은 레시피를 두고, 바꿀 때마다 "
        "`version`을 올리세요",
    ),
    Phrase(
        "recipe.node_died",
        "its process ended meanwhile",
        "그 사이에 프로세스가 종료되었습니다",
    ),
    Phrase(
        "recipe.not_answering",
        "it does not answer: look at its log",
        "응답하지 않습니다. 로그를 확인하세요",
    ),
    Phrase(
        "recipe.not_prepared",
        "not ready within {seconds} s: {nodes}; look at their logs",
        "{seconds}초 안에 준비되지 않음: {nodes}. 로그를 확인하세요",
    ),
    Phrase(
        "recipe.fault_meanwhile",
        "a fault came before the belt was empty: the recipe has not changed. Clear the fault, then "
        "order it again",
        "벨트가 비기 전에 고장이 발생했습니다. 레시피는 바뀌지 않았습니다. 고장을 해결한 뒤 다시 "
        "지시하세요",
    ),
    Phrase(
        "recipe.more_came",
        "the parts of before are through, and {count:d} more came meanwhile: the recipe has not "
        "changed. Stop the feed, let these through, then order it again",
        "이전 부품은 모두 나갔지만 그 사이 {count:d}개가 더 들어왔습니다. 레시피는 바뀌지 "
        "않았습니다. 공급을 멈추고 이 부품들을 내보낸 뒤 다시 지시하세요",
    ),
    Phrase(
        "recipe.no_model",
        "its model '{model}' is not here: {remedy}",
        "모델 '{model}'이(가) 여기에 없습니다: {remedy}",
    ),
    Phrase(
        "recipe.undone",
        "not every node followed to {recipe}: the cell works by {old} again",
        "일부 프로세스가 {recipe}(으)로 바뀌지 않아 다시 {old}(으)로 작업합니다",
    ),
    Phrase(
        "refused.override.closed",
        "part {part} has no open account: its verdict cannot change any more",
        "부품 {part}은(는) 이미 처리되어 판정을 바꿀 수 없습니다",
    ),
    Phrase(
        "refused.override.lost",
        "part {part} is not known to lie where it was: clear the belt",
        "부품 {part}의 위치를 알 수 없습니다. 벨트를 비우세요",
    ),
    Phrase(
        "refused.override.in_removal",
        "part {part} is being removed by the arm: judge it again from its bin",
        "로봇이 부품 {part}을(를) 제거하는 중입니다. 통에서 다시 판정하세요",
    ),
    Phrase(
        "refused.override.no_person",
        "an override needs the name of the person who answers for it",
        "판정을 바꾸려면 책임지는 사람의 이름이 필요합니다",
    ),
    Phrase(
        "refused.override.not_inspected",
        "part {part} was not inspected: what was not inspected cannot pass",
        "부품 {part}은(는) 검사되지 않았습니다. 검사되지 않은 부품은 합격할 수 없습니다",
    ),
    Phrase(
        "refused.override.too_far",
        "part {part} is too far down the belt to be removed: take it at the exit by hand",
        "부품 {part}은(는) 너무 멀리 가서 제거할 수 없습니다. 출구에서 손으로 꺼내세요",
    ),
    Phrase(
        "refused.override.no_bin",
        "recipe {recipe} has no bin '{bin}': use one of {bins}",
        "레시피 {recipe}에 '{bin}' 통이 없습니다. {bins} 중 하나를 사용하세요",
    ),
    Phrase(
        "refused.override.no_verdict",
        "'{verdict}' is no verdict: use pass, reject or review.",
        "'{verdict}'은(는) 판정이 아닙니다. pass, reject, review 중 하나를 사용하세요.",
    ),
)
