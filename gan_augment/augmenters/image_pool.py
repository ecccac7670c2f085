"""The history of generated images that a discriminator learns from (Shrivastava et al. 2017).

A discriminator that sees the newest images only forgets what the generator did before, and the two
go round in circles. CycleGAN keeps 50 images for each discriminator.
"""

import tensorflow as tf
from keras import layers

from gan_augment.augmenters.layers import register
from gan_augment.training.noise import fold, replica_rows
from gan_augment.training.replicas import all_rows


@register
class ImagePool(layers.Layer):
    """Keeps `size` images of `image_shape`, in the graph and in memory that does not grow.

    Until the pool is full, images are kept and handed back. Then each image of a batch goes, with
    probability 1/2, into the place of an old one, by chance, which is handed back in its stead.
    Under several replicas there is one pool, of the images of all. Its contents are weights, so a
    restored training goes on with them. With size 0 every image is handed back.
    """

    def __init__(self, image_shape, size: int = 50, **kwargs):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        self.size = size
        # Replicas assign equal values; the aggregation makes it legal.
        options = {"trainable": False, "aggregation": "mean", "initializer": "zeros"}
        if size:
            self.kept = self.add_weight(
                shape=(size, *self.image_shape), dtype="float32", name="kept", **options
            )
            self.count = self.add_weight(shape=(), dtype="float32", name="count", **options)
        self.built = True

    def call(self, images, seed):
        """Return as many images [n, h, w, c] as were given, n over all replicas `size` at most.

        `seed`, int32 [2], decides which ones are old.
        """
        if not self.size:
            return images
        fresh = tf.cast(all_rows(images), tf.float32)
        n = tf.shape(fresh)[0]
        kept = tf.convert_to_tensor(self.kept)
        count = tf.cast(tf.convert_to_tensor(self.count), tf.int32)
        full = count >= self.size
        # Places differ within a batch, so that the order of updates does not matter.
        by_chance = tf.random.experimental.stateless_shuffle(tf.range(self.size), fold(seed, 0))[:n]
        places = tf.where(full, by_chance, (count + tf.range(n)) % self.size)
        swapped = full & (tf.random.stateless_uniform([n], fold(seed, 1)) < 0.5)
        swapped = swapped[:, None, None, None]
        old = tf.gather(kept, places)
        stored = tf.where(swapped | ~full, fresh, old)
        self.kept.assign(tf.tensor_scatter_nd_update(kept, places[:, None], stored))
        self.count.assign(tf.cast(tf.minimum(count + n, self.size), tf.float32))
        return tf.cast(replica_rows(tf.where(swapped, old, fresh)), images.dtype)

    def get_config(self):
        """Return the options, for saving."""
        return {**super().get_config(), "image_shape": self.image_shape, "size": self.size}
