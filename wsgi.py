"""What a WSGI server loads: `application`."""

from campaign.app import create_app
from campaign.runtime import load_runtime

application = create_app(load_runtime())
