"""Each broken driver is found out, by the rule that it breaks and (nearly) no other. That the whole
ones pass, `test_extend_page.py` says.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.contracts.vendor import Vendor

HERE = Path(__file__).parent
BROKEN: dict[str, dict[str, set[str]]] = {
    "camera": {
        "TestNeverInvalidates": {"a_slot_is_invalid_before_its_pixels_change"},
        "TestInvalidatesTooLate": {"a_slot_is_invalid_before_its_pixels_change"},
        "TestPublishesTooEarly": {"the_pixels_are_there_before_they_are_published"},
        "TestALostPictureIsNotCounted": {"a_lost_picture_spends_its_number"},
        "TestGapsAreNotSeen": {"a_missed_trigger_spends_its_number"},
        "TestStampsWhenFetched": {"a_stamp_tells_when_it_was_exposed"},
        "TestGoneIsNotTold": {"a_camera_that_is_gone_is_told", "it_works_again_after_it_was_gone"},
        "TestAThreadIsLeft": {"nothing_stays_behind"},
        "TestDoesNotWait": {"wait_frame_keeps_its_time_limit"},
        "TestColumnsInsteadOfRows": {"the_picture_is_grey_of_eight_bits"},
        "TestTakesAnyKey": {"config_refuses_unknown_keys"},
        "TestAFieldWithoutUnit": {"config_describes_every_field"},
        "TestAnErrorOfItsOwn": {"a_camera_that_is_not_there_is_told"},
    },
    "engine": {
        "TestKeepsWhatIsNotIts": {"what_changed_is_seen"},
        "TestWritesIntoTheInput": {"the_input_is_not_altered"},
        "TestCasts": {"an_input_of_another_type_is_refused"},
        "TestKeepsEachInput": {"memory_does_not_grow"},
        "TestRunsWhenClosed": {"close_may_come_twice"},
        "TestOneModuleForAll": {"two_of_them_do_not_disturb_each_other"},
        "TestFewDigits": {
            "it_computes_what_onnx_runtime_computes",
            "it_passes_the_models_own_check",
            "what_changed_is_seen",
            "two_of_them_do_not_disturb_each_other",
        },
        "TestALibrarysError": {"a_model_that_is_not_there_is_told"},
    },
    "gripper": {
        "TestTheOrderIsItsWord": {"holds_is_the_sensors_word", "holds_tells_of_a_part"},
        "TestRemembers": {"silence_is_an_error", "it_comes_back_by_itself"},
        "TestLetsFall": {"close_lets_nothing_fall"},
        "TestConnectsWhenMade": {"making_it_needs_no_device"},
        "TestNeverComesBack": {"it_comes_back_by_itself"},
        "TestWaitsForTheVacuum": {"calls_keep_their_time"},
    },
    "belt": {
        "TestReadRenewsTheLease": {"the_watchdog_stops_the_belt"},
        "TestAcknowledgesTheInterlock": {"after_a_watchdog_stop_it_waits"},
        "TestAnEdgeIsWhereItIsRead": {"an_edge_tells_where_the_belt_was"},
        "TestForgetsOverASilence": {
            "no_edge_is_lost_with_a_connection",
            "no_edge_is_lost_over_a_silence",
        },
        "TestEdgesByKind": {"every_edge_comes_once_and_in_order"},
        "TestDropsTheFirstOfMany": {"edges_are_all_there_or_an_error"},
        "TestTheCounterEnds": {"travel_goes_on_over_the_counters_end"},
        "TestSpeedWithoutSign": {"speed_is_signed_and_in_metres_a_second"},
        "TestARestartIsNotSeen": {"a_restart_is_told"},
        "TestCloseLeavesItRunning": {"close_stops_the_belt"},
        "TestTheWrongClock": {"a_stamp_is_the_system_clock"},
    },
    "arm": {
        "TestJointsInAnotherOrder": {"joints_are_radians_from_base_to_tip"},
        "TestVelocityInDegrees": {"velocity_is_the_change_of_position"},
        "TestTheWrongClock": {"stamps_are_the_monotonic_clock"},
        "TestUnlocksByItself": {"connecting_unlocks_nothing"},
        "TestDrivesALeap": {"a_leap_is_not_driven"},
        "TestTellsOldSamples": {"a_lost_controller_is_told", "recover_connects_again"},
        "TestAStopIsALostArm": {"an_emergency_stop_is_a_persons"},
    },
}
MAY: dict[str, set[str]] = {
    "TestForgetsOverASilence": {"a_restart_is_told"},
    "TestEdgesByKind": {"no_edge_is_lost_with_a_connection"},
}
"""What a fault breaks now and then: by when it is read."""


def found_out(vendor: Vendor, kind: str) -> None:
    """Each broken driver of this kind fails on its rule, with words that tell what to do."""
    module = f"broken_{kind}.py"
    shutil.copy(HERE / "broken" / module, vendor.folder)
    outcomes = vendor.run(vendor.folder / module)
    assert outcomes.keys() == BROKEN[kind].keys()
    for name, rules in outcomes.items():
        due = BROKEN[kind][name]
        failed = {rule.removeprefix("test_") for rule, words in rules.items() if words}
        assert due <= failed, f"{name} passes {due - failed}"
        for rule in failed - due - MAY.get(name, set()):
            # A machine that is busy may break a rule that the driver does not break.
            again = vendor.run(f"{vendor.folder / module}::{name}::test_{rule}")
            words = again[name][f"test_{rule}"]
            assert not words, f"{name} should not break {rule}: {words}"
        for rule in due:
            words = rules[f"test_{rule}"]
            assert all(part in words for part in ("rule broken:", "Found:", "Why:", "Do:")), words
