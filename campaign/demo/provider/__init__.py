"""A payment provider on loopback, in the shape of Stripe's API, for the demo and the tests.

It is reached only over HTTP and imports nothing of the product. `/v1` is what the product sees, `/_control` is what
drives its supporters and is never used by the product.
"""
