# The portal without its own servers: PostgreSQL and Valkey are given by DATABASE_URL and REDIS_URL.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 \
    HOST=0.0.0.0 PORT=8000 DATA_DIR=/data

WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0700 /data

COPY requirements.txt .
RUN pip install --requirement requirements.txt

COPY . .
# Each workbook is parsed by a process of its own, which would compile our modules every time.
RUN python -m compileall -q imports portal
# Static files belong to the image. The settings want secrets and addresses, which are made up for
# this one command and stay in no layer.
RUN SECRET_KEY=build TOKEN_KEYS=$(python -c 'print("0" * 64)') ALLOWED_HOSTS=build DEBUG=off \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build DATA_DIR=/tmp/build \
    python manage.py collectstatic --noinput && rm -rf /tmp/build

USER portal
VOLUME /data
EXPOSE 8000
# One image for all processes; the commands are the Procfile's.
CMD ["gunicorn", "--config", "gunicorn.conf.py", "portal.wsgi"]
