"""Addresses. Of allauth only what a closed site needs: in, out, and passwords."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path, re_path

from portal.views import answering_422

admin.site.site_header = admin.site.site_title = "Administration"
admin.site.index_title = "People and operations"
# Groups and allauth's copies of e-mail addresses are machinery, not something to administer.
admin.site.unregister([m for m in (Group, EmailAddress) if admin.site.is_registered(m)])

urlpatterns = [
    path("sign-in/", answering_422(account.login), name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("sign-up/", account.signup, name="account_signup"),  # says that it is closed
    path("inactive/", account.account_inactive, name="account_inactive"),
    path(
        "password/change/", answering_422(account.password_change), name="account_change_password"
    ),
    path("password/set/", answering_422(account.password_set), name="account_set_password"),
    path("password/reset/", answering_422(account.password_reset), name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        answering_422(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("reauthenticate/", answering_422(account.reauthenticate), name="account_reauthenticate"),
    # The admin has no sign-in of its own: rate limits, second factors and events are in one place.
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/", admin.site.urls),
    path("", include("imports.urls")),
]

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"
