import numpy as np
import pytest

from gan_augment.classifiers.learners import Architecture, Learner
from gan_augment.data.images import to_float
from gan_augment.studies.classroom import Classroom, real_course, tuned_on_real


def classroom(exam, points=(4, 12)):
    return Classroom(Learner(Architecture((), (8,)), (28, 28, 1), 3), points, exam)


def test_fresh_learners_learn_what_they_are_taught(blobs):
    course, room = real_course(blobs(300), 12, 30), classroom(blobs(90, seed=1))
    found = room.accuracies(course, 0.1, 0.5, [1, 2, 1])
    assert found.shape == (3, 2)
    assert found[:, 1].min() > 0.8
    np.testing.assert_array_equal(found[0], found[2])
    untaught = room.accuracies(course, 0.0, 0.0, [1])
    assert untaught.max() < 0.7

    def wrong(seed):
        images, labels = course(seed)
        return images, (labels + 1) % 3

    assert room.accuracies(wrong, 0.1, 0.5, [1])[0, 1] < 0.2


def test_rates_are_those_of_the_steps(blobs):
    course, room = real_course(blobs(300), 12, 30), classroom(blobs(90, seed=1))
    constant = room.accuracies(course, 0.1, 0.5, [1])
    every = room.accuracies(course, np.full(12, 0.1), np.full(12, 0.5), [1])
    np.testing.assert_array_equal(constant, every)
    short = room.accuracies(course, np.where(np.arange(12) < 4, 0.1, 0), np.full(12, 0.0), [1])
    assert short[0, 0] == short[0, 1]  # after the fourth step nothing moves but the means


def test_scaled_and_raw_lessons_are_the_same(blobs):
    course, room = real_course(blobs(300), 12, 30), classroom(blobs(90, seed=1))

    def scaled(seed):
        images, labels = course(seed)
        return np.float32(images) / np.float32(127.5) - np.float32(1), labels

    scaled.lessons_of_means = course.lessons_of_means
    np.testing.assert_array_equal(
        room.accuracies(course, 0.1, 0.5, [1]), room.accuracies(scaled, 0.1, 0.5, [1])
    )


def test_means_in_an_exam_are_those_of_the_last_lessons(blobs):
    exam, drawn = blobs(90, seed=1), real_course(blobs(300), 12, 3)
    room = classroom(exam)
    parameters = room.learner.initial([1, 0])
    images, _ = drawn(1)
    scores = []
    for n in (1, 3, 16):

        def course(seed):
            return drawn(seed)

        course.lessons_of_means = n
        found = room.accuracies(course, 0.0, 0.0, [1])[0]  # a rate of 0: nothing is learned
        for k, point in enumerate((4, 12)):
            seen = images[max(0, point - n) : point].reshape(-1, 28, 28, 1)
            means = room.learner(parameters, to_float(np.float32(seen)))[1]
            logits, _ = room.learner(parameters, exam.scaled(), means)
            assert found[k] == np.mean(np.argmax(logits, 1) == exam.labels)
        scores.append(found.tolist())
    assert scores[0] != scores[1]
    assert drawn.lessons_of_means > 1  # chance means of one lesson would be held against it


def test_a_real_course_shows_every_image_once_before_any_comes_again(blobs):
    train = blobs(30)
    images, labels = real_course(train, 5, 12)(seed=4)
    assert images.shape == (5, 12, 28, 28, 1)
    assert images.dtype == np.uint8
    seen = [image.tobytes() for image in images.reshape(60, -1)]
    assert set(seen[:30]) == set(seen[30:]) == {image.tobytes() for image in train.images}
    label_of = dict(zip((image.tobytes() for image in train.images), train.labels))
    assert [label_of[image] for image in seen] == labels.ravel().tolist()
    assert real_course(train, 5, 12)(seed=5)[0].tobytes() != images.tobytes()


def test_what_is_chosen_for_real_images_is_best_on_the_exam(blobs):
    course, room = real_course(blobs(300), 12, 30), classroom(blobs(90, seed=1))
    chosen = tuned_on_real(room, course, [1, 2], rates=(0.0, 0.1), momenta=(0.0, 0.5))
    assert len(chosen) == 2
    for k, best in enumerate(chosen):
        assert best["rate"] == 0.1
        again = room.accuracies(course, best["rate"], best["momentum"], [1, 2])
        assert best["accuracy"] == pytest.approx(again[:, k].mean())


def test_an_exam_of_one_image_is_marked_as_in_a_crowd(blobs):
    exam = blobs(60, seed=1)
    course = real_course(blobs(300), 4, 30)
    whole = classroom(exam, [4]).accuracies(course, 0.1, 0.0, [1])[0, 0]
    halves = [
        classroom(exam.take(rows), [4]).accuracies(course, 0.1, 0.0, [1])[0, 0]
        for rows in (slice(30), slice(30, None))
    ]
    assert whole == pytest.approx(np.mean(halves))
